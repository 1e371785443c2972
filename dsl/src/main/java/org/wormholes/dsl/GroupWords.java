package org.wormholes.dsl;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.wormholes.rules.Group;
import org.wormholes.rules.Group.Kind;
import org.wormholes.rules.Group.Probe;

/// The words that put several tunnels and gateways under one name.
final class GroupWords {
  private static final String[] TIMES = {"every", "timeout"};

  private GroupWords() {}

  static List<Word> declared() {
    return List.of(
        settling(probed(group("fallback", "Tunnels and gateways, the best first.")))
            .doc(
                "Puts tunnels and gateways under one name: a new flow takes the first that is up. One that"
                    + " comes back is taken again once it has settled. Without a probe a tunnel is up as"
                    + " long as circuits can be had, and a gateway as long as it is ready.")
            .example("fallback \"safe\", of: %w[web spare], probe: \"example.org:443\"")
            .means((builder, frame, call) -> say(builder, frame, call, Kind.FALLBACK)),
        settling(
                probed(
                    group(
                        "fastest",
                        "Tunnels and gateways, the first one where nothing is measured yet.")))
            .named(
                Accepts.duration(Duration.ZERO, Group.MOST_TOLERANCE, "20.ms"),
                "tolerance",
                "the tolerance",
                "30.ms",
                "By how much another must be faster than the one in use.")
            .doc(
                "Puts tunnels and gateways under one name: a new flow takes the one with the shortest round"
                    + " trip. Another is taken only once it has been faster for a while, and by enough."
                    + " Where there is a gateway, it needs a probe.")
            .example(
                "fastest \"quick\", of: %w[web spare], probe: \"example.org:443\", tolerance: 20.ms")
            .means((builder, frame, call) -> say(builder, frame, call, Kind.FASTEST)),
        spread(probed(group("balance", "Tunnels and gateways, or one of them.")))
            .doc(
                "Puts circuits under one name, of several tunnels and gateways or of one: a new flow takes the"
                    + " one with the fewest flows.")
            .example("balance \"video\", of: \"web\", circuits: 3")
            .means((builder, frame, call) -> say(builder, frame, call, Kind.BALANCE)),
        spread(probed(group("split", "Tunnels, or one tunnel; they must share exits.")))
            .doc(
                "Puts circuits under one name, of several tunnels or of one: each flow uses all of them at"
                    + " once, and is put in order again at the exit, which all share; at most eight. A relay"
                    + " before it sees one part, where the network and the guards permit. All members"
                    + " must be up, and UDP is refused.")
            .example("split \"parts\", of: \"web\", circuits: 3")
            .means((builder, frame, call) -> say(builder, frame, call, Kind.SPLIT)));
  }

  private static Declaration group(String name, String members) {
    return Vocabulary.say(Room.RULESET, name)
        .takes(Accepts.NAME, "name", "the name", "What routes call the group.")
        .needs(Accepts.NAMES, "of", "the tunnels", members)
        .repeats();
  }

  private static Declaration probed(Declaration group) {
    return group
        .named(
            Accepts.PROBE,
            "probe",
            "the probe",
            "none",
            "What is connected to through each of them, to see that it answers and how fast; with `tls://` until"
                + " a TLS handshake is done and the certificate holds.")
        .named(
            Accepts.duration(Probe.MOST_OFTEN, Probe.SELDOMEST, "30.s"),
            "every",
            "the time",
            "30.s",
            "How often.")
        .named(
            Accepts.duration(Probe.SHORTEST_TIMEOUT, Probe.LONGEST_TIMEOUT, "5.s"),
            "timeout",
            "the time",
            "5.s",
            "How long an answer may take.");
  }

  private static Declaration settling(Declaration group) {
    return group.named(
        Accepts.duration(Duration.ZERO, Group.LONGEST_SETTLE, "10.s"),
        "settle",
        "the time",
        "10.s",
        "For how long another must have been the better one.");
  }

  private static Declaration spread(Declaration group) {
    return group.named(
        Accepts.whole(1, Group.MAX_CIRCUITS, ""),
        "circuits",
        "the number",
        "1",
        "How many circuits of each.");
  }

  private static Value say(Builder builder, RoomFrame frame, Call call, Kind kind) {
    List<String> members = call.texts("of");
    int circuits = call.number("circuits", 1);
    boolean unreadable = isSaid(call, "circuits") && !call.has("circuits");
    if (!call.has("name") || members.isEmpty() || unreadable) {
      return Value.Broken.VALUE;
    }
    if (members.size() * circuits < 2) {
      builder.tell(
          Problem.error(
                  call.positionOf("of"),
                  "the group \"" + call.text("name", "") + "\" has nothing to choose from")
              .expecting(
                  kind.isSpread()
                      ? "two tunnels or more, or several circuits: `circuits: 3`"
                      : "two tunnels or more, such as `of: %w[fast spare]`"));
      return Value.Broken.VALUE;
    }
    if (kind == Kind.SPLIT && members.size() * circuits > Group.MAX_PARTS) {
      builder.tell(
          Problem.error(
                  call.positionOf("of"),
                  "the group \"%s\" splits a flow over %d circuits"
                      .formatted(call.text("name", ""), members.size() * circuits))
              .expecting("at most %d".formatted(Group.MAX_PARTS)));
      return Value.Broken.VALUE;
    }
    Group group =
        new Group(
            call.text("name", ""),
            kind,
            members,
            circuits,
            probe(builder, call),
            call.find("tolerance", Duration.class).orElse(Group.DEFAULT_TOLERANCE),
            call.find("settle", Duration.class).orElse(Group.DEFAULT_SETTLE));
    frame
        .draft(Draft.Rules.class)
        .groups
        .add(
            new Draft.Grouped(
                group, call.positionOf("name"), call.positionOf("of"), call.positionOf("probe")));
    return Value.Nothing.VALUE;
  }

  private static boolean isSaid(Call call, String name) {
    return call.invocation().keywords().stream().anyMatch(each -> each.name().equals(name));
  }

  private static Optional<Probe> probe(Builder builder, Call call) {
    Optional<Accepts.Probed> to = call.find("probe", Accepts.Probed.class);
    if (to.isEmpty()) {
      for (String time : TIMES) {
        if (call.has(time) && !isSaid(call, "probe")) {
          builder.tell(
              Problem.error(
                      call.positionOf(time), "`" + time + ":` is for probes, but there is none")
                  .expecting("`probe: \"example.org:443\"`"));
        }
      }
      return Optional.empty();
    }
    Duration every = call.find("every", Duration.class).orElse(Probe.DEFAULT_EVERY);
    Duration usual = every.compareTo(Probe.DEFAULT_TIMEOUT) < 0 ? every : Probe.DEFAULT_TIMEOUT;
    Duration timeout = call.find("timeout", Duration.class).orElse(usual);
    if (timeout.compareTo(every) > 0) {
      builder.tell(
          Problem.error(
                  call.positionOf("timeout"), "a probe may not take longer than until the next one")
              .expecting("at most " + Units.showSpan(every.toNanos())));
      return Optional.empty();
    }
    Accepts.Endpoint place = to.get().to();
    return Optional.of(new Probe(place.host(), place.port(), every, timeout, to.get().tls()));
  }
}
