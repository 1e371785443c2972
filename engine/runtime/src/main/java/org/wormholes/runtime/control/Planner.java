package org.wormholes.runtime.control;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Network;
import org.wormholes.rules.Route;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.RulesetDiff;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.ExprText;
import org.wormholes.rules.lint.Lint;
import org.wormholes.rules.lint.Lints;
import org.wormholes.runtime.control.EngineControl.Applied;
import org.wormholes.runtime.control.Plan.Change;
import org.wormholes.runtime.control.Plan.FieldChange;
import org.wormholes.runtime.control.Plan.Step;

/// Compares what runs with what would: which networks, tunnels, groups and routes are added,
/// changed, kept and removed, and what that means to live flows.
public final class Planner {
  /// Most single routes that a plan lists.
  static final int MAX_ROUTES = 50;

  /// The field that says only where a tunnel is entered: such changes touch no flow.
  private static final String ENTRY = "entry";

  private final Optional<Applied> running;
  private final Ruleset candidate;
  private final SourceMap sources;
  private final Map<String, Integer> flows = new HashMap<>();

  private final Duration drain;

  private Planner(
      Optional<Applied> running,
      Ruleset candidate,
      SourceMap sources,
      List<TunnelView> live,
      Duration drain) {
    this.drain = drain;
    this.running = running;
    this.candidate = candidate;
    this.sources = sources;
    live.stream()
        .filter(tunnel -> tunnel.state() != TunnelView.State.DRAINING)
        .forEach(tunnel -> flows.put(tunnel.name(), tunnel.flows()));
  }

  /// The plan for making `candidate` what runs.
  ///
  /// @param running what runs, if anything does
  /// @param live the running tunnels, for the flows in them
  public static Plan plan(
      Optional<Applied> running, Ruleset candidate, SourceMap sources, List<TunnelView> live) {
    return plan(running, candidate, sources, live, ApplyTerms.DEFAULT_DRAIN);
  }

  /// Likewise, where flows of removed and changed tunnels are given `drain` to end.
  public static Plan plan(
      Optional<Applied> running,
      Ruleset candidate,
      SourceMap sources,
      List<TunnelView> live,
      Duration drain) {
    return plan(running, candidate, sources, live, drain, List.of(), List.of());
  }

  /// Likewise, with what would be decided differently if some facts had other values.
  ///
  /// @param with the facts, as in `metered=true`
  /// @param facts how live facts are now, as far as it is known
  /// @throws IllegalArgumentException for what is no fact that can be assumed
  public static Plan plan(
      Optional<Applied> running,
      Ruleset candidate,
      SourceMap sources,
      List<TunnelView> live,
      Duration drain,
      List<String> with,
      List<FactView> facts) {
    Assumptions assumptions = Assumptions.parse(with, facts);
    return new Planner(running, candidate, sources, live, drain).plan(assumptions);
  }

  private Plan plan(Assumptions assumptions) {
    RulesetDiff diff =
        running
            .map(it -> RulesetDiff.between(it.ruleset(), candidate))
            .orElseGet(() -> RulesetDiff.initial(candidate));
    List<Step> steps = new ArrayList<>();
    for (RulesetDiff.Change each : diff.changes()) {
      if (each.kind() != RulesetDiff.Kind.ROUTE) {
        steps.add(step(each));
      }
    }
    routes(diff).ifPresent(steps::add);
    expectations().ifPresent(steps::add);
    return new Plan(
        running.map(it -> it.view().digest()),
        RuleCodec.digest(candidate),
        candidate.name(),
        candidate.version(),
        steps,
        assumptions.texts(),
        assumptions.branches(candidate, sources),
        warnings());
  }

  private Step step(RulesetDiff.Change each) {
    boolean tunnel = each.kind() == RulesetDiff.Kind.TUNNEL;
    List<FieldChange> fields = new ArrayList<>();
    for (RulesetDiff.FieldChange field : each.fields()) {
      String path = fieldPath(each, field.field());
      fields.add(
          new FieldChange(
              field.field(),
              field.before(),
              field.after(),
              field.after().isEmpty() ? Optional.empty() : Places.of(sources, path),
              field.before().isEmpty() ? Optional.empty() : was(path)));
    }
    Change change = change(each.action());
    int live = tunnel ? flows.getOrDefault(each.name(), 0) : 0;
    return new Step(
        part(each.kind()),
        each.name(),
        change,
        fields,
        live,
        effect(live, change, fields),
        change == Change.REMOVED ? was(each.rulePath()) : Places.of(sources, each.rulePath()));
  }

  /// Where a rule is written in what runs.
  private Optional<Place> was(String rulePath) {
    return running.flatMap(it -> Places.of(it.sources(), rulePath));
  }

  private static Change change(RulesetDiff.Action action) {
    return switch (action) {
      case ADDED -> Change.ADDED;
      case CHANGED -> Change.CHANGED;
      case KEPT -> Change.KEPT;
      case REMOVED -> Change.REMOVED;
    };
  }

  private static String part(RulesetDiff.Kind kind) {
    return switch (kind) {
      case NETWORK -> "network";
      case TUNNEL -> "tunnel";
      case GROUP -> "group";
      case GATEWAY -> "gateway";
      case ROUTE -> "routes";
    };
  }

  /// Where a field is written.
  private static String fieldPath(RulesetDiff.Change change, String field) {
    return switch (change.kind()) {
      case TUNNEL -> tunnelPath(change.name(), field);
      case GROUP -> field.startsWith("probe") ? RulePath.probe(change.name()) : change.rulePath();
      case GATEWAY ->
          switch (field) {
            case ENTRY -> RulePath.gatewayEntry(change.name(), 0);
            case "through" -> RulePath.through(change.name());
            default -> change.rulePath();
          };
      case NETWORK, ROUTE -> change.rulePath();
    };
  }

  private static String tunnelPath(String tunnel, String field) {
    return switch (field) {
      case ENTRY -> RulePath.entry(tunnel, 0);
      case "relay" -> RulePath.relays(tunnel);
      case "relay.only" -> RulePath.only(tunnel);
      case "relay.distinct" -> RulePath.distinct(tunnel);
      case "relay.prefer" -> RulePath.prefer(tunnel);
      case "relay.guard" -> RulePath.guard(tunnel);
      case "exit" -> RulePath.exit(tunnel);
      case "exit.resolve" -> RulePath.resolve(tunnel);
      case "carry" -> RulePath.carry(tunnel);
      case "rotate" -> RulePath.rotate(tunnel);
      default -> RulePath.tunnel(tunnel);
    };
  }

  private String effect(int live, Change change, List<FieldChange> fields) {
    if (live == 0) {
      return "";
    }
    String count = live == 1 ? "1 live flow" : live + " live flows";
    String end = drain.isZero() ? "cut" : "may go on for %s, then cut".formatted(seconds(drain));
    boolean entriesOnly =
        !fields.isEmpty() && fields.stream().allMatch(field -> field.field().equals(ENTRY));
    return switch (change) {
      case ADDED -> "";
      case KEPT -> count + ": not touched";
      case CHANGED ->
          entriesOnly
              ? count + ": not touched, only the entries change"
              : count + ": " + end + "; new flows take the new rules";
      case REMOVED -> count + ": " + end;
    };
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() % 1_000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }

  private Optional<Step> routes(RulesetDiff diff) {
    List<Route> before = running.map(it -> it.ruleset().routes()).orElse(List.of());
    List<Route> after = candidate.routes();
    if (before.isEmpty() && after.isEmpty()) {
      return Optional.empty();
    }
    boolean whole = before.isEmpty() || after.isEmpty();
    List<FieldChange> fields = whole ? List.of() : routeChanges(diff, before);
    return Optional.of(
        new Step(
            "routes",
            "",
            change(before.isEmpty(), after.isEmpty(), before.equals(after)),
            fields,
            0,
            "",
            Places.of(sources, RulePath.route(0))));
  }

  private List<FieldChange> routeChanges(RulesetDiff diff, List<Route> before) {
    List<RulesetDiff.Change> changed =
        diff.changes().stream()
            .filter(each -> each.kind() == RulesetDiff.Kind.ROUTE)
            .filter(each -> each.action() != RulesetDiff.Action.KEPT)
            .toList();
    List<FieldChange> fields = new ArrayList<>();
    for (RulesetDiff.Change each : changed.subList(0, Math.min(changed.size(), MAX_ROUTES))) {
      int index = Integer.parseInt(each.name());
      String now =
          each.action() == RulesetDiff.Action.REMOVED ? "" : text(candidate.routes().get(index));
      String was = each.action() == RulesetDiff.Action.ADDED ? "" : text(before.get(index));
      Optional<Place> place =
          now.isEmpty() ? Optional.empty() : Places.of(sources, RulePath.route(index));
      Optional<Place> old = was.isEmpty() ? Optional.empty() : was(RulePath.route(index));
      fields.add(new FieldChange("route " + (index + 1), was, now, place, old));
    }
    int rest = changed.size() - fields.size();
    if (rest > 0) {
      fields.add(
          new FieldChange(
              "further routes", "", rest + " more", Optional.empty(), Optional.empty()));
    }
    return fields;
  }

  private static String text(Route route) {
    String verdict =
        switch (route.verdict()) {
          case Verdict.To(String tunnel) -> "to " + tunnel;
          case Verdict.Refuse _ -> "refuse";
          case Verdict.Direct _ -> "direct";
          case Verdict.Mark(String name) -> "mark " + name;
        };
    return "%s { %s }".formatted(verdict, ExprText.of(route.condition()));
  }

  private Optional<Step> expectations() {
    var before = running.map(it -> it.ruleset().expectations()).orElse(List.of());
    var after = candidate.expectations();
    if (before.isEmpty() && after.isEmpty()) {
      return Optional.empty();
    }
    boolean same = before.equals(after);
    List<FieldChange> count =
        same || before.isEmpty() || after.isEmpty()
            ? List.of()
            : List.of(
                new FieldChange(
                    "count",
                    Integer.toString(before.size()),
                    Integer.toString(after.size()),
                    Optional.empty(),
                    Optional.empty()));
    return Optional.of(
        new Step(
            "expectations",
            "",
            change(before.isEmpty(), after.isEmpty(), same),
            count,
            0,
            "",
            Places.of(sources, RulePath.expectation(0))));
  }

  private static Change change(boolean noneBefore, boolean noneAfter, boolean same) {
    if (same) {
      return Change.KEPT;
    }
    if (noneBefore) {
      return Change.ADDED;
    }
    return noneAfter ? Change.REMOVED : Change.CHANGED;
  }

  private List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (candidate.tunnels().isEmpty()) {
      warnings.add("there is no tunnel in it");
    }
    for (Network network : candidate.networks()) {
      if (network.bootstraps().isEmpty()) {
        warnings.add(
            "network %s names no first contact: its relays are found only if the engine has one"
                .formatted(network.name()));
      }
    }
    for (RouteDecider.Unmet unmet : RouteDecider.unmet(candidate)) {
      warnings.add(ExpectationText.of(unmet, sources) + ": an apply is refused");
    }
    for (Lint lint : Lints.of(candidate, sources)) {
      String at = lint.position().map(position -> position + ": ").orElse("");
      warnings.add(at + lint.message() + "; " + lint.hint());
    }
    for (Tunnel tunnel : candidate.tunnels()) {
      for (Entry entry : tunnel.entries()) {
        if (!isLoopback(entry.listen().host())) {
          warnings.add(
              "tunnel %s listens on %s:%d, where whoever reaches this machine can use it"
                  .formatted(tunnel.name(), entry.listen().host(), entry.listen().port()));
        }
      }
    }
    return warnings;
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost")
        || Address.parse(host).map(AddressKind::of).orElse(AddressKind.PUBLIC)
            == AddressKind.LOOPBACK;
  }
}
