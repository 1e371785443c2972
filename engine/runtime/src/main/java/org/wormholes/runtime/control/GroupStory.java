package org.wormholes.runtime.control;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Group;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.runtime.control.Explanation.GroupChoice;
import org.wormholes.runtime.control.Explanation.GroupMember;

/// Which member of a group a flow takes: of those whose exit clauses let it through and that are
/// not down, the one in use, or as the kind of group says.
final class GroupStory {
  private final Ruleset ruleset;
  private final SourceMap sources;
  private final Optional<EngineView> engine;
  private final PathStory paths;

  GroupStory(Ruleset ruleset, SourceMap sources, Optional<EngineView> engine, PathStory paths) {
    this.ruleset = ruleset;
    this.sources = sources;
    this.engine = engine;
    this.paths = paths;
  }

  GroupChoice of(Group group) {
    Optional<GroupView> view =
        engine.flatMap(it ->
            it.groups().stream().filter(each -> each.name().equals(group.name())).findFirst());
    List<GroupMember> members = new ArrayList<>();
    for (String name : group.members()) {
      ruleset.tunnel(name).ifPresent(tunnel -> members.add(member(group, tunnel, view)));
      ruleset.gateway(name).ifPresent(gateway -> members.add(member(gateway, view)));
    }
    List<GroupMember> usable =
        new ArrayList<>(members.stream().filter(GroupMember::usable).toList());
    Optional<String> inUse = view.flatMap(GroupView::inUse);
    Comparator<GroupMember> first =
        Comparator.comparing(member -> !inUse.equals(Optional.of(member.tunnel())));
    if (group.kind() == Group.Kind.FASTEST) {
      first =
          first.thenComparing(
              member -> member.roundTrip().map(it -> it.toNanos()).orElse(Long.MAX_VALUE));
    }
    if (group.kind().isSpread()) {
      first = Comparator.comparingInt(member -> flows(view, member.tunnel()));
    }
    usable.sort(first);
    String path = RulePath.group(group.name());
    boolean broken = group.kind() == Group.Kind.SPLIT && usable.size() < members.size();
    String member = usable.isEmpty() || broken ? "" : usable.getFirst().tunnel();
    return new GroupChoice(
        group.name(),
        group.kind().word(),
        Places.of(sources, path),
        member,
        why(group, member, inUse, usable.size()),
        members);
  }

  private GroupMember member(Group group, Tunnel tunnel, Optional<GroupView> view) {
    Optional<GroupView.Member> standing = standing(view, tunnel.name());
    Explanation.ExitOutcome exit = paths.exit(tunnel);
    boolean refused = exit.verdict().equals("refuse");
    boolean down = isDown(standing);
    boolean unsplittable = group.kind() == Group.Kind.SPLIT && paths.isOfDatagrams();
    String why;
    if (unsplittable) {
      why = "datagrams are not split";
    } else if (refused) {
      why =
          "its exit refuses the flow"
              + exit.place().map(place -> " (" + place.brief() + ")").orElse("");
    } else {
      why = how(standing);
    }
    return new GroupMember(
        tunnel.name(),
        !refused && !down && !unsplittable,
        why,
        standing.flatMap(GroupView.Member::roundTrip));
  }

  private GroupMember member(Gateway gateway, Optional<GroupView> view) {
    Optional<GroupView.Member> standing = standing(view, gateway.name());
    boolean takes = paths.isTakenBy(gateway);
    String why =
        takes
            ? how(standing)
            : paths.isOfDatagrams() && gateway.kind() != Gateway.Kind.I2P
                ? "it takes no datagrams"
                : "I2P has only names that end in .i2p";
    return new GroupMember(
        gateway.name(),
        takes && !isDown(standing),
        why,
        standing.flatMap(GroupView.Member::roundTrip));
  }

  private static Optional<GroupView.Member> standing(Optional<GroupView> view, String name) {
    return view.stream()
        .flatMap(it -> it.members().stream())
        .filter(each -> each.tunnel().equals(name))
        .findFirst();
  }

  private static boolean isDown(Optional<GroupView.Member> standing) {
    return standing.map(it -> it.state() == GroupView.State.DOWN).orElse(false);
  }

  private static String how(Optional<GroupView.Member> standing) {
    if (isDown(standing)) {
      return "it is down"
          + standing.flatMap(GroupView.Member::problem).map(it -> ": " + it).orElse("");
    }
    return standing
        .map(it -> it.state() == GroupView.State.UP ? "it is up" : "no probe has ended yet")
        .orElse("whether it is up is known to a running engine only");
  }

  private static int flows(Optional<GroupView> view, String tunnel) {
    return view.stream()
        .flatMap(it -> it.members().stream())
        .filter(each -> each.tunnel().equals(tunnel))
        .mapToInt(GroupView.Member::flows)
        .findFirst()
        .orElse(0);
  }

  private String why(Group group, String member, Optional<String> inUse, int usable) {
    if (member.isEmpty() && usable > 0) {
      return "a split needs all its members: of %d, %d may take it"
          .formatted(group.members().size(), usable);
    }
    if (member.isEmpty()) {
      return "no member may take it: each is down or its exit refuses the flow";
    }
    if (inUse.equals(Optional.of(member))) {
      return switch (group.kind()) {
        case FALLBACK -> "it is the first member that is up";
        case FASTEST -> "it answers fastest, as far as tolerance and time to settle let it change";
        case BALANCE, SPLIT -> "it has the fewest flows";
      };
    }
    return switch (group.kind()) {
      case FALLBACK ->
          engine.isEmpty()
              ? "it is the first member whose exit does not refuse it"
              : "it is the next that is up: the exit of the one in use refuses the flow";
      case FASTEST ->
          engine.isEmpty()
              ? "which is fastest is known to a running engine only; this is the first"
              : "it is the fastest whose exit does not refuse the flow";
      case BALANCE -> "the circuit with the fewest flows takes it, of %d members".formatted(usable);
      case SPLIT ->
          "it goes over %d circuits at once, of %s each, to one exit"
              .formatted(usable * group.circuits(), String.join(" and ", group.members()));
    };
  }
}
