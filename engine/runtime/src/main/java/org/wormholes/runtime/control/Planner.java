package org.wormholes.runtime.control;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Network;
import org.wormholes.rules.Route;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.runtime.control.EngineControl.Applied;
import org.wormholes.runtime.control.Plan.Change;
import org.wormholes.runtime.control.Plan.FieldChange;
import org.wormholes.runtime.control.Plan.Step;

/// Compares what runs with what would: which networks, tunnels and routes are added, changed, kept
/// and removed, and what that means to live flows.
public final class Planner {
  /// Most single routes that a plan lists.
  static final int MAX_ROUTES = 50;

  private final Optional<Applied> running;
  private final Ruleset candidate;
  private final SourceMap sources;
  private final RuleFields oldFields;
  private final RuleFields newFields;
  private final Map<String, Integer> flows = new LinkedHashMap<>();

  private Planner(
      Optional<Applied> running, Ruleset candidate, SourceMap sources, List<TunnelView> live) {
    this.running = running;
    this.candidate = candidate;
    this.sources = sources;
    this.oldFields = new RuleFields(running.map(Applied::sources).orElse(SourceMap.EMPTY));
    this.newFields = new RuleFields(sources);
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
    return new Planner(running, candidate, sources, live).plan();
  }

  private Plan plan() {
    List<Step> steps = new ArrayList<>();
    steps.addAll(
        named("network", Ruleset::networks, Network::name, RulePath::network, RuleFields::of));
    steps.addAll(named("tunnel", Ruleset::tunnels, Tunnel::name, RulePath::tunnel, RuleFields::of));
    routes().ifPresent(steps::add);
    expectations().ifPresent(steps::add);
    return new Plan(
        running.map(it -> it.view().digest()),
        RuleCodec.digest(candidate),
        candidate.name(),
        candidate.version(),
        steps,
        warnings());
  }

  /// How a part is taken apart into fields.
  private interface Fields<T> {
    Map<String, RuleFields.Field> of(RuleFields fields, T part);
  }

  private <T> List<Step> named(
      String part,
      Function<Ruleset, List<T>> parts,
      Function<T, String> name,
      Function<String, String> path,
      Fields<T> fields) {
    Map<String, T> before = new LinkedHashMap<>();
    running.ifPresent(it -> parts.apply(it.ruleset()).forEach(x -> before.put(name.apply(x), x)));
    List<Step> steps = new ArrayList<>();
    Set<String> kept = new HashSet<>();
    for (T now : parts.apply(candidate)) {
      String word = name.apply(now);
      kept.add(word);
      T old = before.get(word);
      Optional<Place> place = Places.of(sources, path.apply(word));
      if (old == null) {
        steps.add(step(part, word, Change.ADDED, List.of(), place));
      } else {
        List<FieldChange> changes = changes(fields.of(oldFields, old), fields.of(newFields, now));
        steps.add(
            step(part, word, changes.isEmpty() ? Change.KEPT : Change.CHANGED, changes, place));
      }
    }
    for (String word : before.keySet()) {
      if (!kept.contains(word)) {
        Optional<Place> place = running.flatMap(it -> Places.of(it.sources(), path.apply(word)));
        steps.add(step(part, word, Change.REMOVED, List.of(), place));
      }
    }
    return steps;
  }

  private List<FieldChange> changes(
      Map<String, RuleFields.Field> before, Map<String, RuleFields.Field> after) {
    Set<String> names = new LinkedHashSet<>(after.keySet());
    names.addAll(before.keySet());
    List<FieldChange> changes = new ArrayList<>();
    for (String name : names) {
      Optional<RuleFields.Field> old = Optional.ofNullable(before.get(name));
      Optional<RuleFields.Field> now = Optional.ofNullable(after.get(name));
      if (now.isEmpty() || !now.get().isSame(old)) {
        changes.add(
            new FieldChange(
                name,
                old.map(RuleFields.Field::text).orElse(""),
                now.map(RuleFields.Field::text).orElse(""),
                now.flatMap(it -> Places.of(sources, it.rulePath()))));
      }
    }
    return changes;
  }

  private Step step(
      String part, String name, Change change, List<FieldChange> fields, Optional<Place> place) {
    int live = part.equals("tunnel") ? flows.getOrDefault(name, 0) : 0;
    return new Step(part, name, change, fields, live, effect(live, change, fields), place);
  }

  private static String effect(int live, Change change, List<FieldChange> fields) {
    if (live == 0) {
      return "";
    }
    String count = live == 1 ? "1 live flow" : live + " live flows";
    String end = "may go on for %d s, then cut".formatted(EngineControl.DRAIN_DEADLINE.toSeconds());
    return switch (change) {
      case ADDED -> "";
      case KEPT -> count + ": not touched";
      case CHANGED ->
          fields.stream().map(FieldChange::field).allMatch(RuleFields::isEntry)
              ? count + ": not touched, only the entries change"
              : count + ": " + end + "; new flows take the new rules";
      case REMOVED -> count + ": " + end;
    };
  }

  private Optional<Step> routes() {
    List<Route> before = running.map(it -> it.ruleset().routes()).orElse(List.of());
    List<Route> after = candidate.routes();
    if (before.isEmpty() && after.isEmpty()) {
      return Optional.empty();
    }
    List<FieldChange> changes = before.equals(after) ? List.of() : routeChanges(before, after);
    return Optional.of(
        step(
            "routes",
            "",
            change(before.isEmpty(), after.isEmpty(), before.equals(after)),
            before.isEmpty() || after.isEmpty() ? List.of() : changes,
            Places.of(sources, RulePath.route(0))));
  }

  private List<FieldChange> routeChanges(List<Route> before, List<Route> after) {
    Set<Route> old = new HashSet<>(before);
    Set<Route> now = new HashSet<>(after);
    List<FieldChange> changes = new ArrayList<>();
    for (int i = 0; i < before.size() && changes.size() < MAX_ROUTES; i++) {
      if (!now.contains(before.get(i))) {
        RuleFields.Field gone = oldFields.of(before.get(i), i);
        changes.add(new FieldChange("route " + (i + 1), gone.text(), "", Optional.empty()));
      }
    }
    for (int i = 0; i < after.size() && changes.size() < MAX_ROUTES; i++) {
      if (!old.contains(after.get(i))) {
        RuleFields.Field added = newFields.of(after.get(i), i);
        Optional<Place> place = Places.of(sources, added.rulePath());
        changes.add(new FieldChange("route " + (i + 1), "", added.text(), place));
      }
    }
    return changes.isEmpty()
        ? List.of(new FieldChange("order", "as before", "another", Optional.empty()))
        : changes;
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
                    Optional.empty()));
    return Optional.of(
        step(
            "expectations",
            "",
            change(before.isEmpty(), after.isEmpty(), same),
            count,
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
      warnings.add(
          "expectation %d is not met for %s: an apply is refused"
              .formatted(unmet.index() + 1, FlowText.of(unmet.expectation().flow())));
    }
    for (Tunnel tunnel : candidate.tunnels()) {
      for (Entry entry : tunnel.entries()) {
        if (!isLoopback(entry.listen().host())) {
          warnings.add(
              "tunnel %s: %s can be used by whoever reaches this machine"
                  .formatted(tunnel.name(), RuleFields.text(entry)));
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
