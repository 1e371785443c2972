package org.wormholes.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Predicate;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.rules.Group;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Protocol;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.control.GroupView;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowRequest;

/// A group of the applied ruleset: probes its members and says which one a new flow takes. Flows
/// that live stay where they are. When all members are down its flows are refused; there is no
/// other way.
final class RunningGroup {
  /// How often members are pinged where the rule names no probe.
  private static final Duration PING_EVERY = Duration.ofSeconds(10);

  private static final Duration PING_TIMEOUT = Duration.ofSeconds(5);

  /// After a failure it is tried again at once, so that one lost answer does not make a member
  /// wait.
  private static final Duration RETRY = Duration.ofMillis(500);

  final Group rule;
  final List<FlowWay> members;

  /// Those of them that are tunnels: all of a group that is split.
  private final List<RunningTunnel> tunnels;

  private final Node node;
  private final Shard home;
  private final GroupChoice choice;

  /// Live flows of each circuit of each member.
  private final AtomicIntegerArray flows;

  private final long[] rounds;
  private final boolean[] probing;
  private final boolean[] stale;
  private final String[] problems;
  private volatile boolean running;

  /// What ends our interest in members that change by themselves.
  private final List<Runnable> watches = new CopyOnWriteArrayList<>();

  /// Of a split group, the circuits side by side for each isolation, by loop. Each map belongs to
  /// its loop.
  private final List<Map<IsolationKey, List<SplitLane>>> lanes = new ArrayList<>();

  /// Why there are no circuits side by side.
  private volatile String blocked = "";

  RunningGroup(Node node, Group rule, List<? extends FlowWay> members) {
    this.node = node;
    this.rule = rule;
    this.members = List.copyOf(members);
    this.tunnels =
        members.stream()
            .filter(RunningTunnel.class::isInstance)
            .map(RunningTunnel.class::cast)
            .toList();
    this.home = node.shards().getFirst();
    this.choice = new GroupChoice(rule, home.now());
    this.flows = new AtomicIntegerArray(members.size() * rule.circuits());
    this.rounds = new long[members.size()];
    this.probing = new boolean[members.size()];
    this.stale = new boolean[members.size()];
    this.problems = new String[members.size()];
    java.util.Arrays.fill(problems, "");
    node.shards().forEach(_ -> lanes.add(new HashMap<>()));
  }

  /// One circuit of a member, and one flow more on it.
  record Slot(RunningGroup group, int member, int lane) {
    FlowWay way() {
      return group.members.get(member);
    }

    /// The flow is over.
    void left() {
      group.flows.decrementAndGet(group.index(member, lane));
    }
  }

  /// Begins to probe; harmless when it does already.
  void start() {
    if (!running) {
      running = true;
      for (int i = 0; i < members.size(); i++) {
        int member = i;
        watches.add(members.get(i).onChange(() -> suspect(member)));
      }
      home.run(() -> {
        for (int i = 0; i < members.size(); i++) {
          probe(i);
        }
      });
    }
  }

  void stop() {
    running = false;
    watches.forEach(Runnable::run);
    watches.clear();
    home.run(() -> java.util.Arrays.setAll(rounds, i -> rounds[i] + 1));
  }

  private void probe(int member) {
    if (!running) {
      return;
    }
    if (probing[member]) {
      stale[member] = true; // it may have changed since it was asked
      return;
    }
    probing[member] = true;
    stale[member] = false;
    rounds[member]++;
    PathProbe.Question question =
        new PathProbe.Question(
            rule.probe(), rule.probe().map(Group.Probe::timeout).orElse(PING_TIMEOUT));
    members
        .get(member)
        .probe(
            home,
            question,
            new PathProbe.Listener() {
              @Override
              public void onAnswer(long roundTripNanos) {
                probing[member] = false;
                problems[member] = "";
                again(member, every());
                boolean back = choice.order().isEmpty();
                if (choice.worked(member, roundTripNanos, home.now()) || back) {
                  switched();
                }
              }

              @Override
              public void onFailure(String why) {
                probing[member] = false;
                problems[member] = why;
                again(member, RETRY.compareTo(every()) < 0 ? RETRY : every());
                boolean some = !choice.order().isEmpty();
                if (choice.failed(member, home.now()) || (some && choice.order().isEmpty())) {
                  switched();
                }
              }
            });
  }

  private Duration every() {
    return rule.probe().map(Group.Probe::every).orElse(PING_EVERY);
  }

  private void again(int member, Duration pause) {
    long round = rounds[member];
    boolean down = choice.standing(member).state() == GroupChoice.State.DOWN;
    Duration wait = down ? every() : pause;
    home.after(
        stale[member] ? Duration.ZERO : wait,
        () -> {
          if (rounds[member] == round) {
            probe(member);
          }
        });
  }

  private void switched() {
    if (choice.order().isEmpty()) {
      node.tell(
          EngineEvent.Kind.GROUP_SWITCHED,
          rule.name(),
          "all of group " + rule.name() + " is down: its flows are refused");
      return;
    }
    String to = members.get(choice.order().getFirst()).name();
    node.tell(
        EngineEvent.Kind.GROUP_SWITCHED,
        rule.name(),
        "new flows of group " + rule.name() + " take " + to,
        Map.of("tunnel", to));
  }

  /// A flow could not be opened through a member: it is looked at now, not at its next turn.
  void suspect(int member) {
    home.run(() -> probe(member));
  }

  /// The circuit a new flow takes; empty when every member is down, or refuses it by its exit
  /// clauses, or is among those passed over. Who gets one says when the flow is over.
  Optional<Slot> take(EntrySpec.Target to, Protocol protocol, Set<Integer> passedOver) {
    List<Integer> allowed = new ArrayList<>();
    if (rule.kind() == Group.Kind.SPLIT) {
      // Datagrams cannot be split, and one circuit is not what the rule says.
      return Optional.empty();
    }
    for (int member : choice.order()) {
      if (!passedOver.contains(member) && members.get(member).allows(to, protocol)) {
        allowed.add(member);
      }
    }
    if (allowed.isEmpty()) {
      return Optional.empty();
    }
    Slot slot = rule.kind().isSpread() ? leastBusy(allowed) : new Slot(this, allowed.getFirst(), 0);
    flows.incrementAndGet(index(slot.member(), slot.lane()));
    return Optional.of(slot);
  }

  private Slot leastBusy(List<Integer> allowed) {
    Slot best = new Slot(this, allowed.getFirst(), 0);
    int fewest = Integer.MAX_VALUE;
    for (int lane = 0; lane < rule.circuits(); lane++) {
      for (int member : allowed) {
        int busy = flows.get(index(member, lane));
        if (busy < fewest) {
          fewest = busy;
          best = new Slot(this, member, lane);
        }
      }
    }
    return best;
  }

  // Split groups: all members at once, or nothing.

  /// Whether the exit clauses of all members let a flow out.
  boolean allowsAll(EntrySpec.Target to, Protocol protocol) {
    return members.stream().allMatch(member -> member.allows(to, protocol));
  }

  /// Whether no member is down.
  boolean isWhole() {
    return choice.order().size() == members.size();
  }

  /// The circuits for a new flow, one for each part; empty when there are no such paths. On the
  /// flow's loop.
  Optional<List<SplitLane>> lanes(Shard shard, FlowRequest request) {
    Map<IsolationKey, List<SplitLane>> here = lanes.get(shard.loop.index());
    IsolationKey key = splitKey(request);
    List<SplitLane> known = here.get(key);
    if (known != null && known.stream().allMatch(SplitLane::isUsable)) {
      return Optional.of(known);
    }
    here.values().removeIf(each -> !each.stream().allMatch(SplitLane::isUsable));
    Optional<List<SplitLane>> made = build(shard);
    made.ifPresent(each -> here.put(key, each));
    return made;
  }

  /// Flows share circuits only if no member keeps them apart.
  private IsolationKey splitKey(FlowRequest request) {
    boolean byUser = tunnels.stream().anyMatch(member -> member.rule.isolation().byUser());
    boolean byDestination =
        tunnels.stream().anyMatch(member -> member.rule.isolation().byDestination());
    return IsolationKey.of(new Isolation(byUser, byDestination), request, request.target(), 0);
  }

  private Optional<List<SplitLane>> build(Shard shard) {
    List<RunningTunnel> parts = new ArrayList<>();
    List<SplitPaths.Lane> ways = new ArrayList<>();
    Set<NodeId> suspects = new HashSet<>();
    for (int lane = 0; lane < rule.circuits(); lane++) {
      parts.addAll(tunnels);
    }
    parts.forEach(part -> ways.add(part.lane()));
    tunnels.forEach(member -> suspects.addAll(member.on(shard).suspects()));
    return switch (SplitPaths.choose(ways, NetworkViews.of(tunnels), suspects, node.random())) {
      case SplitPaths.Choice.None(String why, String _) -> {
        if (!blocked.equals(why)) {
          blocked = why;
          node.tell(
              EngineEvent.Kind.TUNNEL_BLOCKED, rule.name(), "group " + rule.name() + ": " + why);
        }
        yield Optional.empty();
      }
      case SplitPaths.Choice.Chosen(List<Path> paths) -> {
        blocked = "";
        List<SplitLane> made = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
          SplitLane lane = new SplitLane(made, parts.get(i).on(shard));
          made.add(lane);
          if (!lane.start(paths.get(i))) {
            yield Optional.empty();
          }
        }
        yield Optional.of(made);
      }
    };
  }

  /// A split flow begins.
  void entered() {
    for (int i = 0; i < flows.length(); i++) {
      flows.incrementAndGet(i);
    }
    tunnels.forEach(member -> member.flows.add(rule.circuits()));
  }

  /// A split flow is over.
  void left() {
    for (int i = 0; i < flows.length(); i++) {
      flows.decrementAndGet(i);
    }
    tunnels.forEach(member -> member.flows.add(-rule.circuits()));
  }

  /// Whether a flow may go into a network of others, which resolves for itself.
  boolean mayPassGateway(EntrySpec.Target to) {
    return tunnels.size() < members.size()
        || tunnels.stream().anyMatch(tunnel -> tunnel.via(to).isPresent());
  }

  /// The member that is asked about names: the first of those that are up and that will do.
  Optional<RunningTunnel> forNames(Predicate<RunningTunnel> willDo) {
    return choice.order().stream()
        .map(members::get)
        .filter(RunningTunnel.class::isInstance)
        .map(RunningTunnel.class::cast)
        .filter(willDo)
        .findFirst();
  }

  boolean isUp(int member) {
    return choice.order().contains(member);
  }

  private int index(int member, int lane) {
    return member * rule.circuits() + lane;
  }

  /// Whether some member, up or down, would let a flow out.
  boolean allows(EntrySpec.Target to, Protocol protocol) {
    return members.stream().anyMatch(member -> member.allows(to, protocol));
  }

  /// The smoothed round trip of the member in use.
  OptionalLong roundTripNanos() {
    return choice.standing(choice.inUse()).trip();
  }

  boolean isSame(Group other, List<? extends FlowWay> otherMembers) {
    return rule.equals(other) && members.equals(otherMembers);
  }

  /// On the first loop.
  GroupView view() {
    List<GroupView.Member> all = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      GroupChoice.Standing standing = choice.standing(i);
      int busy = 0;
      for (int lane = 0; lane < rule.circuits(); lane++) {
        busy += flows.get(index(i, lane));
      }
      all.add(
          new GroupView.Member(
              members.get(i).name(),
              GroupView.State.valueOf(standing.state().name()),
              ago(standing.since()),
              standing.trip().isPresent()
                  ? Optional.of(Duration.ofNanos(standing.trip().getAsLong()))
                  : Optional.empty(),
              busy,
              problem(i)));
    }
    Optional<String> inUse =
        choice.order().isEmpty() || rule.kind().isSpread()
            ? Optional.empty()
            : Optional.of(members.get(choice.inUse()).name());
    return new GroupView(rule.name(), rule.kind().word(), inUse, ago(choice.inUseSince()), all);
  }

  private Optional<String> problem(int member) {
    String why = problems[member].isEmpty() ? blocked : problems[member];
    return why.isEmpty() ? Optional.empty() : Optional.of(why);
  }

  private Duration ago(long since) {
    return Duration.ofNanos(home.now() - since);
  }
}
