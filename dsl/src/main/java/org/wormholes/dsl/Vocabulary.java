package org.wormholes.dsl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.wormholes.dsl.Word.Block;
import org.wormholes.rules.Distinct;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;

/// Every word of the language, declared once. The static tier, the rooms of the full tier, the
/// error messages and the reference all read it here.
public final class Vocabulary {
  static final Duration GUARDS_KEPT = Duration.ofDays(90);
  static final int GUARDS = 3;

  /// Carriers that a name is taken to mean; others may be added to an engine, so they only warn.
  static final List<String> CARRIERS =
      List.of("tcp", "tls", "quic", "websocket", "pluggable", "tor", "i2p", "dns");

  private static final Map<Room, Map<String, Word>> WORDS = declare();

  private Vocabulary() {}

  /// Makes the words, where they are not made yet: the first parser takes its time to start, and
  /// this can be done meanwhile.
  static void prepare() {}

  /// All words, room by room, in the order of the reference.
  public static List<Word> words() {
    return WORDS.values().stream().flatMap(words -> words.values().stream()).toList();
  }

  /// The words of a room.
  public static List<Word> words(Room room) {
    return List.copyOf(wordsOf(room).values());
  }

  static @Nullable Word word(Room room, String name) {
    return wordsOf(room).get(name);
  }

  static Set<String> names(Room room) {
    return wordsOf(room).keySet();
  }

  static Set<String> allNames() {
    Set<String> names = new LinkedHashSet<>();
    WORDS.values().forEach(words -> names.addAll(words.keySet()));
    return names;
  }

  /// The rooms that know the word.
  static List<Room> roomsOf(String name) {
    return WORDS.entrySet().stream()
        .filter(entry -> entry.getValue().containsKey(name))
        .map(Map.Entry::getKey)
        .toList();
  }

  /// The words whose blocks ask about a scope, for messages: "`only` or `prefer`".
  static String askedIn(Scope scope) {
    List<String> names = new ArrayList<>();
    for (Word word : words()) {
      if (word.block() instanceof Block.Condition(Scope asked, _, _) && asked == scope) {
        names.add("`" + word.name() + "`");
      }
    }
    return String.join(", ", names);
  }

  /// A condition about a scope, for messages.
  static String exampleOf(Scope scope) {
    return switch (scope) {
      case FLOW -> Fact.HOST.example();
      case RELAY -> Fact.LATENCY.example();
      case EXIT -> Fact.PORT.example();
      case WRITE -> Fact.VALUE_SIZE.example();
    };
  }

  /// Names in a sentence: "`a`", or "one of a, b".
  static String oneOf(Set<String> names) {
    return names.size() == 1
        ? "`" + names.iterator().next() + "`"
        : "one of " + String.join(", ", names);
  }

  private static Map<String, Word> wordsOf(Room room) {
    return WORDS.getOrDefault(room, Map.of());
  }

  private static Map<Room, Map<String, Word>> declare() {
    Map<Room, Map<String, Word>> words = new LinkedHashMap<>();
    for (Word word : declared()) {
      words.computeIfAbsent(word.room(), room -> new LinkedHashMap<>()).put(word.name(), word);
    }
    return words;
  }

  private static List<Word> declared() {
    List<Word> words = new ArrayList<>();
    words.addAll(fileAndRuleset());
    words.addAll(GroupWords.declared());
    words.addAll(GatewayWords.rooms());
    words.addAll(network());
    words.addAll(TableWords.declared());
    words.addAll(tunnel());
    words.addAll(entry());
    words.addAll(GatewayWords.words());
    words.addAll(relay());
    words.addAll(exit());
    words.addAll(routes());
    words.addAll(expect());
    return words;
  }

  private static List<Word> fileAndRuleset() {
    return List.of(
        say(Room.FILE, "ruleset")
            .takes(Accepts.NAME, "name", "the name", "What the ruleset is called.")
            .named(
                Accepts.VERSION, "version", "the version", "\"1.0\"", "The author's own version.")
            .opens(Room.RULESET, true)
            .doc(
                "Describes everything: networks, tunnels, routes and expectations. A file has one.")
            .example("ruleset \"quiet-web\", version: \"1.0\" do\n  …\nend")
            .means(Builder::ruleset),
        say(Room.FILE, "tests")
            .takes(Accepts.NAME, "name", "the name", "The ruleset that is tested.")
            .opens(Room.EXPECT, true)
            .doc(
                "Says what is expected of flows in a ruleset that stands elsewhere: a file in the"
                    + " `test` folder of a gem.")
            .example("tests \"quiet-web\" do\n  flow(\"https://example.org\").uses \"web\"\nend")
            .means(Builder::tests),
        say(Room.RULESET, "use")
            .takes(Accepts.NAME, "name", "the name", "A ruleset that is installed as a gem.")
            .repeats()
            .doc(
                "Builds on another ruleset: its networks, tunnels and groups are as if written"
                    + " here. Its routes are not, unless `routes` says `use` too.")
            .example("use \"quiet-web\"")
            .means(Builder::use),
        say(Room.RULESET, "network")
            .takes(Accepts.NAME, "name", "the name", "What the network is called.")
            .opens(Room.NETWORK, false)
            .repeats()
            .doc(
                "Describes a network of nodes. It is named by the hash of its rules, so nobody can"
                    + " change them without making another network.")
            .example("network \"commons\" do\n  open_to :anyone\nend")
            .means(Builder::network),
        say(Room.RULESET, "tunnel")
            .takes(Accepts.NAME, "name", "the name", "What routes call the tunnel.")
            .named(
                Accepts.NAME,
                "over",
                "the network",
                "the only network, where there is one",
                "The network whose relays the tunnel uses.")
            .opens(Room.TUNNEL, true)
            .repeats()
            .doc(
                "Describes a way out: where traffic enters, through which relays, out of which"
                    + " exit.")
            .example(
                """
                tunnel "web", over: "commons" do
                  entry { socks port: 1080 }
                  relay 3
                end\
                """)
            .means(Builder::tunnel),
        say(Room.RULESET, "routes")
            .opens(Room.ROUTES, true)
            .doc(
                "Says which flow goes where. The first route whose condition holds wins; a flow"
                    + " that none takes is refused. A ruleset with one tunnel may do without:"
                    + " everything goes through it.")
            .example(
                """
                routes do
                  refuse    { host.listed? "ads.txt" }
                  to("web") { otherwise }
                end\
                """)
            .means(Builder::routes),
        say(Room.RULESET, "expect")
            .opens(Room.EXPECT, true)
            .repeats()
            .doc(
                "States what the routes must decide about a flow. Checked whenever the ruleset is;"
                    + " one that fails is an error.")
            .example("expect { flow(\"https://example.org\").uses \"web\" }")
            .means(Builder::expect));
  }

  private static List<Word> network() {
    return List.of(
        say(Room.NETWORK, "open_to")
            .takes(
                Accepts.oneOf("anyone", "invited", "friends"),
                "who",
                "the value",
                "`:anyone`, `:invited` or `:friends`.")
            .doc(
                "Says who may have links in it: any node, only invited ones (where nothing is"
                    + " said), or, for each node, only those that it calls friends itself.")
            .example("open_to :anyone")
            .means(Builder::openTo),
        say(Room.NETWORK, "founder")
            .takesMany(
                Accepts.NODE, "address", "the address", "The address of a node that admits others.")
            .repeats()
            .doc(
                "Names the nodes whose word admits others to a network that is open to invited"
                    + " nodes. Without it the network is the one of this name that this node was"
                    + " invited to.")
            .example("founder \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"")
            .means(Builder::founder),
        say(Room.NETWORK, "bootstrap")
            .takesMany(
                Accepts.BOOTSTRAP,
                "url",
                "the first contact",
                "The address of a node, and where it listens.")
            .repeats()
            .doc(
                "Names nodes to contact first. They are no part of the network's rules, so not of"
                    + " its name.")
            .example(
                "bootstrap"
                    + " \"wormhole://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@203.0.113.7:4040\"")
            .means(Builder::bootstrap));
  }

  private static List<Word> tunnel() {
    return List.of(
        say(Room.TUNNEL, "entry")
            .opens(Room.ENTRY, true)
            .repeats()
            .doc("Describes where traffic comes in.")
            .example("entry { socks port: 1080 }")
            .means(Builder::entry),
        say(Room.TUNNEL, "relay")
            .takes(
                Accepts.whole(1, Relays.MAX_COUNT, ""),
                "count",
                "the number of relays",
                "How many relays a path has, the exit included.")
            .opens(Room.RELAY, false)
            .doc("Says how many relays a path has, and which. Each knows only its neighbours.")
            .example("relay 3 do\n  only { latency < 80.ms }\nend")
            .means(Builder::relay),
        say(Room.TUNNEL, "exit")
            .opens(Room.EXIT, true)
            .doc(
                "Says what may be reached through the exit, and who resolves names there. Without"
                    + " it: every public address. Addresses that are private, loopback, link-local"
                    + " and the like are refused unless an `allow` names them.")
            .example("exit do\n  allow { port.in? [80, 443] }\nend")
            .means(Builder::exit),
        say(Room.TUNNEL, "carry")
            .takesMany(
                Accepts.CARRIER,
                "carriers",
                "the carrier",
                "In the order they are tried: " + String.join(", ", CARRIERS) + ".")
            .doc(
                "Says what may carry bytes between nodes. Nothing else is ever used. Without it:"
                    + " `:tcp`.")
            .example("carry :tls, :tcp")
            .means(Builder::carry),
        say(Room.TUNNEL, "rotate")
            .needs(
                Accepts.duration(Tunnel.SHORTEST_ROTATION, Tunnel.LONGEST_ROTATION, "10.minutes"),
                "every",
                "the time",
                "How old a circuit may become before new flows get a new one.")
            .doc(
                "Builds new circuits for new flows from time to time. Flows that run stay"
                    + " undisturbed.")
            .example("rotate every: 10.minutes")
            .means(Builder::rotate),
        say(Room.TUNNEL, "isolate")
            .needs(
                Accepts.listOf(Accepts.oneOf("user", "destination")),
                "by",
                "the list",
                "`:user` (proxy credentials), `:destination`, both, or `[]` for neither.")
            .doc("Says which flows never share a circuit. Without it: both kinds are kept apart.")
            .example("isolate by: [:user]")
            .means(Builder::isolate),
        say(Room.TUNNEL, "publish")
            .takes(Accepts.port(false), "port", "the port", "Where the service listens.")
            .needs(
                Accepts.NAME,
                "as",
                "the name",
                "What the service's address is made of, with the key of this node.")
            .named(
                Accepts.LITERAL,
                "host",
                "the address",
                "\"127.0.0.1\"",
                "The machine it listens on.")
            .named(
                Accepts.listOf(Accepts.NODE),
                "only",
                "the list",
                "[]",
                "Addresses of the nodes that may come, at most 128. Without it: everybody who knows"
                    + " the address.")
            .named(
                Accepts.listOf(Accepts.NAME),
                "on",
                "the list",
                "[]",
                "Names of `tor` and `i2p` blocks: it is published there too, as an onion service of"
                    + " the same address, or a destination. I2P keeps no list for `only`.")
            .repeats()
            .doc(
                "Makes a local TCP service reachable as `wormhole://ADDRESS`, where neither end"
                    + " learns where the other is. `wormholes status` shows the address.")
            .example("publish 8080, as: \"blog\"")
            .means(Builder::publish),
        say(Room.TUNNEL, "early_data")
            .takesOptional(Accepts.TRUTH, "allowed", "the value", "true", "Whether they may.")
            .doc(
                "Lets the first bytes travel with the set-up of a circuit: one round trip less,"
                    + " under a weaker promise of forward secrecy. Without it they wait.")
            .example("early_data true")
            .means(Builder::earlyData),
        say(Room.TUNNEL, "shape")
            .takes(Accepts.oneOf("large", "small"), "cells", "the value", "`:large` or `:small`.")
            .doc("Forces one size of cells, whatever is sent. Without it the sender chooses.")
            .example("shape :large")
            .means(Builder::shape));
  }

  private static List<Word> entry() {
    return List.of(
        say(Room.ENTRY, "socks")
            .named(Accepts.port(true), "port", "the port", "1080", "The port to listen on.")
            .named(
                Accepts.HOST, "host", "the address", "\"127.0.0.1\"", "The address to listen on.")
            .named(Accepts.TRUTH, "udp", "`udp:`", "false", "Whether UDP ASSOCIATE is offered.")
            .repeats()
            .doc(
                "Opens a SOCKS5 proxy. SOCKS4a and HTTP proxying are understood on the same port."
                    + " Names are resolved at the exit.")
            .example("socks port: 1080, udp: true")
            .means(Builder::socks),
        say(Room.ENTRY, "http")
            .named(Accepts.port(true), "port", "the port", "8080", "The port to listen on.")
            .named(
                Accepts.HOST, "host", "the address", "\"127.0.0.1\"", "The address to listen on.")
            .repeats()
            .doc("Opens an HTTP proxy: CONNECT and plain requests.")
            .example("http port: 8080")
            .means(Builder::http),
        say(Room.ENTRY, "dns")
            .named(Accepts.port(true), "port", "the port", "5353", "The port to listen on.")
            .named(
                Accepts.HOST, "host", "the address", "\"127.0.0.1\"", "The address to listen on.")
            .named(
                Accepts.oneOf("udp", "tls", "https"),
                "over",
                "`over:`",
                ":udp",
                "What questions come in: UDP, with TCP on the same port; TLS; or HTTPS, at the path"
                    + " `/dns-query`. The certificate is the node's option `dns`.")
            .named(
                Accepts.oneOf("nothing", "special", "all"),
                "invents",
                "`invents:`",
                ":special",
                "Which names are answered with invented addresses, so that programs that can only"
                    + " connect to addresses reach them through the other entries: names under"
                    + " `onion`, `i2p` and `wormhole` and those that go to a gateway, or `:all`.")
            .named(
                Accepts.INVENTED_4,
                "ipv4",
                "`ipv4:`",
                "\"198.18.0.0/15\"",
                "Where invented IPv4 addresses come from.")
            .named(
                Accepts.INVENTED_6,
                "ipv6",
                "`ipv6:`",
                "\"fd5a:9c17:b3e4::/48\"",
                "Where invented IPv6 addresses come from.")
            .named(
                Accepts.TRUTH,
                "dnssec",
                "`dnssec:`",
                "false",
                "Whether the engine checks the signatures of answers, whoever gave them. What is"
                    + " wrongly signed is answered SERVFAIL, with the reason (RFC 8914); what is"
                    + " not signed, and need not be, as ever.")
            .named(
                Accepts.listOf(Accepts.TRUST_ANCHOR),
                "anchors",
                "`anchors:`",
                "[]",
                "DS records of zones whose keys are known beforehand, besides the root's: `\"corp."
                    + "example. DS 12345 13 2 0F1E…\"`. One for the root takes the place of IANA's.")
            .repeats()
            .doc(
                "Opens a DNS server. Each name is resolved on the way that flows to it take: at the"
                    + " exit of its tunnel, by this machine where the routes say `direct`, and not"
                    + " at all where they refuse it. The routes decide as for port 443 over TCP.")
            .example("dns port: 5353, dnssec: true")
            .means(Builder::dns),
        say(Room.ENTRY, "forward")
            .needs(Accepts.port(true), "port", "the port", "The port to listen on.")
            .needs(Accepts.ENDPOINT, "to", "the destination", "Where every connection goes.")
            .named(
                Accepts.HOST, "host", "the address", "\"127.0.0.1\"", "The address to listen on.")
            .named(
                Accepts.TRUTH,
                "udp",
                "`udp:`",
                "false",
                "Whether it takes datagrams instead of connections.")
            .repeats()
            .doc(
                "Opens a port whose every connection goes to one destination, resolved at the"
                    + " exit.")
            .example("forward port: 2222, to: \"host.example:22\"")
            .means(Builder::forward));
  }

  private static List<Word> relay() {
    String[] distinct =
        java.util.Arrays.stream(Distinct.values()).map(Distinct::word).toArray(String[]::new);
    return List.of(
        say(Room.RELAY, "only")
            .asks(Scope.RELAY, false)
            .doc(
                "Takes only relays that meet the condition. A path that can't be completed is an"
                    + " error.")
            .example("only { latency < 80.ms && !country.in?(%w[KP IR]) }")
            .means(Builder::only),
        say(Room.RELAY, "distinct")
            .takesMany(
                Accepts.oneOf(distinct),
                "what",
                "the value",
                "One or more of `" + String.join("`, `", distinct) + "`.")
            .doc(
                "Says what no two relays of a path may share. A relay that does not say differs"
                    + " from all.")
            .example("distinct :operator, :subnet")
            .means(Builder::distinct),
        say(Room.RELAY, "prefer")
            .asks(Scope.RELAY, true)
            .doc("Makes relays with a higher score more likely to be picked.")
            .example("prefer { bandwidth / latency }")
            .means(Builder::prefer),
        say(Room.RELAY, "guard")
            .named(
                Accepts.duration(Duration.ofHours(1), Duration.ofDays(400), "90.days"),
                "keep",
                "the time",
                "90.days",
                "For how long the same first relays are used.")
            .named(
                Accepts.whole(1, 16, ""), "count", "the number", "" + GUARDS, "How many of them.")
            .doc("Keeps the first relays of paths for a long time, so that few ever see us enter.")
            .example("guard keep: 90.days")
            .means(Builder::guard));
  }

  private static List<Word> exit() {
    return List.of(
        say(Room.EXIT, "allow")
            .asks(Scope.EXIT, false)
            .repeats()
            .doc(
                "Lets destinations be reached that meet the condition. Where there is an `allow`,"
                    + " one of them must hold; a `refuse` that holds always wins.")
            .example("allow { port.in? [80, 443] }")
            .means(Builder::allow),
        say(Room.EXIT, "refuse")
            .asks(Scope.EXIT, false)
            .repeats()
            .doc(
                "Keeps destinations that meet the condition from being reached, whatever is"
                    + " allowed.")
            .example("refuse { port == 25 }")
            .means(Builder::refuseExit),
        say(Room.EXIT, "via")
            .takes(
                Accepts.NAME,
                "gateway",
                "the gateway",
                "The name of a `tor` or an `upstream`; all it is reached `through` comes along.")
            .mayAsk(Scope.EXIT)
            .repeats()
            .doc(
                "Lets flows leave the tunnel into a network of others, which also resolves their"
                    + " names: those that meet the condition, or all without one. The first that"
                    + " matches takes a flow; datagrams are refused. The address can't be asked for.")
            .example("via(\"onions\") { host.under? \"onion\" }")
            .means(Builder::via),
        say(Room.EXIT, "resolve")
            .takesMany(
                Accepts.SERVER,
                "servers",
                "the server",
                "`:system`, or servers by address in the order they are asked:"
                    + " `\"9.9.9.9\"` over UDP and TCP, `\"tls://9.9.9.9\"` over TLS,"
                    + " `\"https://9.9.9.9/dns-query\"` over HTTPS. Ports 53, 853 and 443 if left"
                    + " out. The certificate has to be for the address, or for the name after `#`,"
                    + " or to have the key after `#sha256:`.")
            .doc("Says who turns names into addresses, at the exit. Without it: `:system`.")
            .example("resolve \"9.9.9.9\", \"149.112.112.112\"")
            .means(Builder::resolve));
  }

  private static List<Word> routes() {
    return List.of(
        say(Room.ROUTES, "to")
            .takes(
                Accepts.NAME,
                "tunnel",
                "the tunnel",
                "The name of a tunnel, a group or a gateway of this ruleset.")
            .asks(Scope.FLOW, false)
            .repeats()
            .doc(
                "Sends flows that meet the condition through a tunnel, one of a group, or a network"
                    + " of others: `tor`, `i2p`, `upstream`.")
            .example("to(\"web\") { port.in? [80, 443] }")
            .means(Builder::to),
        say(Room.ROUTES, "refuse")
            .asks(Scope.FLOW, false)
            .repeats()
            .doc("Refuses flows that meet the condition.")
            .example("refuse { host.listed? \"ads.txt\" }")
            .means(Builder::refuseRoute),
        say(Room.ROUTES, "mark")
            .takes(Accepts.NAME, "name", "the mark", "What `marked?` asks for.")
            .asks(Scope.FLOW, false)
            .repeats()
            .doc(
                "Marks flows that meet the condition and lets them go on: a later route decides,"
                    + " and may ask `marked?`.")
            .example("mark(\"streaming\") { sni.under? \"video.example\" }")
            .means(Builder::mark),
        say(Room.ROUTES, "use")
            .takes(Accepts.NAME, "name", "the name", "A ruleset that is installed as a gem.")
            .repeats()
            .doc(
                "The routes of another ruleset stand here, in their order; its networks and tunnels"
                    + " come along.")
            .example("use \"quiet-web\"")
            .means(Builder::useRoutes),
        say(Room.ROUTES, "direct")
            .asks(Scope.FLOW, false)
            .repeats()
            .doc(
                "Lets flows that meet the condition leave this machine as they are, outside every"
                    + " tunnel. Nothing ever goes direct unless this says so.")
            .example("direct { address.in? \"192.168.1.0/24\" }")
            .means(Builder::direct));
  }

  private static List<Word> expect() {
    return List.of(
        say(Room.EXPECT, "flow")
            .takes(Accepts.TEXT, "destination", "the destination", "A URL, or a host and a port.")
            .named(
                Accepts.oneOf("tcp", "udp"),
                "protocol",
                "the protocol",
                ":tcp",
                "What it is made of.")
            .named(Accepts.TEXT, "user", "the user", "none", "The user name given to the proxy.")
            .named(
                Accepts.NAME, "entry", "the entry", "none", "The tunnel whose entry it came in by.")
            .named(Accepts.TIME, "at", "the time", "\"12:00\"", "The time of day.")
            .named(
                Accepts.oneOf(Fact.WEEKDAY.choices().toArray(String[]::new)),
                "on",
                "the day",
                ":mon",
                "The day of the week.")
            .named(
                Accepts.HOST_NAME, "sni", "`sni:`", "none", "The server name in its TLS greeting.")
            .named(
                Accepts.HOST_NAME,
                "http_host",
                "`http_host:`",
                "none",
                "The host in its plain HTTP request.")
            .named(Accepts.TEXT, "process", "the program", "none", "The program that opened it.")
            .named(Accepts.TEXT, "process_path", "the path", "none", "The program's whole path.")
            .named(Accepts.TEXT, "local_user", "the user", "none", "The login name it runs as.")
            .named(Accepts.COUNTRY, "country", "the country", "none", "Where its destination lies.")
            .named(
                Accepts.TRUTH, "metered", "`metered:`", "false", "Whether the way out is metered.")
            .named(Accepts.NAMES, "carrier_up", "the carriers", "none", "Carriers that are up.")
            .named(Accepts.NAMES, "friend_online", "the friends", "none", "Friends who are there.")
            .named(
                Accepts.ROUND_TRIPS,
                "round_trip",
                "the round trips",
                "unknown",
                "Round trips, of tunnels or groups by name.")
            .repeats()
            .doc("Makes up a flow, to state what becomes of it.")
            .example("flow(\"192.0.2.1:22\", user: \"work\", at: \"23:30\").refused")
            .means(Builder::flow),
        say(Room.FLOW, "uses")
            .takes(
                Accepts.NAME,
                "tunnel",
                "the tunnel",
                "The name of a tunnel, a group or a gateway of this ruleset.")
            .doc("The flow goes through this tunnel or gateway, or through one of this group.")
            .example("flow(\"https://example.org\").uses \"web\"")
            .means(Builder::uses),
        say(Room.FLOW, "refused")
            .doc("The flow is refused.")
            .example("flow(\"10.0.0.1:22\").refused")
            .means(Builder::refused),
        say(Room.FLOW, "direct")
            .doc("The flow leaves outside every tunnel.")
            .example("flow(\"192.168.1.10:80\").direct")
            .means(Builder::goesDirect));
  }

  static Declaration say(Room room, String name) {
    return new Declaration(room, name);
  }
}
