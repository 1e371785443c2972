package org.wormholes.dsl;

import java.util.List;
import java.util.Optional;
import org.wormholes.rules.Gateway.Kind;
import org.wormholes.rules.Gateway.Server;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Position;
import org.wormholes.rules.expr.Host;

/// The words for networks of others, Tor, I2P and proxies, and for the nodes of one of ours.
final class GatewayWords {
  private GatewayWords() {}

  static List<Word> rooms() {
    return List.of(
        gateway("tor", Room.TOR, false)
            .doc(
                "Describes a way into Tor. The engine starts a tor of its own and stops it with itself,"
                    + " unless `adopt` names one that runs. Names are resolved by Tor.")
            .example("tor \"tor\" do\n  entry { socks port: 9150 }\nend")
            .means((builder, frame, call) -> describe(builder, frame, call, Room.TOR, Kind.TOR)),
        gateway("i2p", Room.I2P, false)
            .doc(
                "Describes a way into I2P. The engine starts a router of its own and stops it with"
                    + " itself, unless `adopt` names one that runs.")
            .example("i2p \"i2p\" do\n  adopt \"127.0.0.1:7656\"\nend")
            .means((builder, frame, call) -> describe(builder, frame, call, Room.I2P, Kind.I2P)),
        gateway("upstream", Room.UPSTREAM, true)
            .doc("Describes a proxy that flows can be sent through. It resolves their names.")
            .example("upstream \"office\" do\n  socks \"192.0.2.1:1080\"\nend")
            .means((builder, frame, call) ->
                describe(builder, frame, call, Room.UPSTREAM, Kind.SOCKS)),
        gateway("peers", Room.PEERS, true)
            .named(
                Accepts.NAME,
                "over",
                "the network",
                "the only network, where there is one",
                "The network whose nodes are met.")
            .doc(
                "Meets the nodes of a network by their keys, as `KEY.peer`, also those behind NATs:"
                    + " through a relay that both know, and without it as soon as a direct way is"
                    + " found. With it this node can be met too, and says its name to its neighbours.")
            .example(
                "peers \"home\", over: \"commons\" do\n  entry { socks port: 1090 }\n  publish 8080,"
                    + " as: \"blog\"\nend")
            .means(GatewayWords::peers));
  }

  private static Value peers(Builder builder, RoomFrame frame, Call call) {
    Draft.Gated peers =
        new Draft.Gated(call.positionOf("name"), call.text("name", ""), Room.PEERS, Kind.PEERS);
    peers.over = call.find("over", String.class).orElse(null);
    peers.overPosition = call.positionOf("over");
    frame.draft(Draft.Rules.class).gateways.add(peers);
    builder.run(call, Room.PEERS, peers);
    return Value.Nothing.VALUE;
  }

  private static Word publish() {
    return Vocabulary.say(Room.PEERS, "publish")
        .takes(Accepts.port(false), "port", "the port", "Where the service listens.")
        .needs(Accepts.NAME, "as", "the name", "What people call the service.")
        .named(
            Accepts.LITERAL, "host", "the address", "\"127.0.0.1\"", "The machine it listens on.")
        .named(
            Accepts.listOf(Accepts.NODE),
            "only",
            "the list",
            "[]",
            "Addresses of the nodes that may come, at most 128. Without it: every node that may have"
                + " a link in the network.")
        .repeats()
        .doc(
            "Lets nodes of the network connect to a local TCP service, as `KEY.peer` and its port.")
        .example("publish 8080, as: \"blog\"")
        .means((builder, frame, call) ->
            builder.publish(frame.draft(Draft.Gated.class).published, call));
  }

  static List<Word> words() {
    return List.of(
        adopt(Room.TOR, "The control port of the tor; it must listen on this machine.")
            .doc(
                "Uses a tor that runs already. Without a password its cookie file is read. What it is"
                    + " reached through is its own affair.")
            .example("adopt \"127.0.0.1:9051\"")
            .means(GatewayWords::at),
        through(Room.TOR),
        entry(Room.TOR),
        isolate(Room.TOR),
        adopt(Room.I2P, "The SAM port of the router.")
            .named(Accepts.TEXT, "user", "the user", "none", "The user name it wants.")
            .doc("Uses a router that runs already, by its SAM bridge.")
            .example("adopt \"127.0.0.1:7656\"")
            .means(GatewayWords::at),
        entry(Room.I2P),
        isolate(Room.I2P),
        proxy("socks", "SOCKS5")
            .example("socks \"192.0.2.1:1080\", user: \"ann\", password: \"s3cret\"")
            .means((builder, frame, call) -> proxy(builder, frame, call, Kind.SOCKS)),
        proxy("http", "HTTP, by CONNECT")
            .example("http \"192.0.2.1:3128\"")
            .means((builder, frame, call) -> proxy(builder, frame, call, Kind.HTTP)),
        through(Room.UPSTREAM),
        entry(Room.UPSTREAM),
        isolate(Room.UPSTREAM),
        entry(Room.PEERS),
        publish());
  }

  private static Declaration gateway(String name, Room room, boolean needsBlock) {
    return Vocabulary.say(Room.RULESET, name)
        .takes(Accepts.NAME, "name", "the name", "What routes call it.")
        .opens(room, needsBlock)
        .repeats();
  }

  private static Declaration adopt(Room room, String about) {
    return Vocabulary.say(room, "adopt")
        .takes(Accepts.ENDPOINT, "at", "the address", about)
        .named(Accepts.TEXT, "password", "the password", "none", "The password it wants.");
  }

  private static Declaration proxy(String name, String spoken) {
    return Vocabulary.say(Room.UPSTREAM, name)
        .takes(Accepts.ENDPOINT, "at", "the address", "Where the proxy listens.")
        .named(Accepts.TEXT, "user", "the user", "none", "The user name it wants.")
        .named(Accepts.TEXT, "password", "the password", "none", "The password it wants.")
        .doc("Says where the proxy is, and that it speaks " + spoken + ".");
  }

  private static Word through(Room room) {
    return Vocabulary.say(room, "through")
        .takes(Accepts.NAME, "way", "the way", "A tunnel, or another `tor`, `i2p` or `upstream`.")
        .doc(
            "Says by which way its own connections leave. Without it they leave this machine as they"
                + " are. A chain is whole or an error, never shorter.")
        .example("through \"web\"")
        .means((builder, frame, call) -> {
          Draft.Gated gateway = frame.draft(Draft.Gated.class);
          gateway.through = call.find("way", String.class).orElse(null);
          gateway.throughPosition = call.positionOf("way");
          return Value.Nothing.VALUE;
        });
  }

  private static Word entry(Room room) {
    return Vocabulary.say(room, "entry")
        .opens(Room.ENTRY, true)
        .repeats()
        .doc("Describes where traffic comes in. Of datagrams only those into I2P are taken.")
        .example("entry { socks port: 9150 }")
        .means((builder, frame, call) -> {
          List<Draft.Opened> entries = frame.draft(Draft.Gated.class).entries;
          builder.run(call, Room.ENTRY, new Draft.Entries(call.namePosition(), entries));
          return Value.Nothing.VALUE;
        });
  }

  private static Word isolate(Room room) {
    return Vocabulary.say(room, "isolate")
        .needs(
            Accepts.listOf(Accepts.oneOf("user", "destination")),
            "by",
            "the list",
            "`:user` (proxy credentials), `:destination`, both, or `[]` for neither.")
        .doc(
            "Says which flows never share a circuit, where the network beyond knows such. Without it:"
                + " both kinds are kept apart.")
        .example("isolate by: [:user]")
        .means((builder, frame, call) -> {
          List<String> by = call.texts("by");
          frame.draft(Draft.Gated.class).isolation =
              new Isolation(by.contains("user"), by.contains("destination"));
          return Value.Nothing.VALUE;
        });
  }

  private static Value describe(Builder builder, RoomFrame frame, Call call, Room room, Kind kind) {
    Draft.Gated gateway =
        new Draft.Gated(call.positionOf("name"), call.text("name", ""), room, kind);
    frame.draft(Draft.Rules.class).gateways.add(gateway);
    builder.run(call, room, gateway);
    return Value.Nothing.VALUE;
  }

  private static Value at(Builder builder, RoomFrame frame, Call call) {
    Optional<Accepts.Endpoint> at = call.find("at", Accepts.Endpoint.class);
    if (at.isPresent() && Host.parse(at.get().host()).orElseThrow() instanceof Host.Name name) {
      builder.tell(
          Problem.error(
                  call.positionOf("at"),
                  "`adopt` takes an address, but \"" + name.text() + "\" is a name")
              .expecting("`adopt \"127.0.0.1:" + at.get().port() + "\"`"));
      return Value.Broken.VALUE;
    }
    at.ifPresent(to -> set(frame.draft(Draft.Gated.class), call, to));
    return Value.Nothing.VALUE;
  }

  private static Value proxy(Builder builder, RoomFrame frame, Call call, Kind kind) {
    Draft.Gated gateway = frame.draft(Draft.Gated.class);
    Position first = gateway.said.get(kind == Kind.SOCKS ? "http" : "socks");
    if (first != null) {
      builder.tell(
          Problem.error(call.position(), "an `upstream` is one proxy")
              .expecting("`socks` or `http`")
              .hinting("the other is on line " + first.line()));
    }
    gateway.kind = kind;
    call.find("at", Accepts.Endpoint.class).ifPresent(to -> set(gateway, call, to));
    return Value.Nothing.VALUE;
  }

  private static void set(Draft.Gated gateway, Call call, Accepts.Endpoint to) {
    gateway.server =
        new Server(to.host(), to.port(), call.text("user", ""), call.text("password", ""));
  }
}
