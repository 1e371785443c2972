package org.wormholes.runtime.control;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.Expectation;
import org.wormholes.rules.Given;
import org.wormholes.rules.Route;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.ExprText;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;
import org.wormholes.rules.expr.Interpreter;
import org.wormholes.rules.expr.Type;

/// Facts that are taken to have certain values, and what a ruleset would decide differently then.
/// Where nobody says how a fact is now, it is taken to be unknown.
final class Assumptions {
  /// Most facts of one plan.
  static final int MAX = 16;

  private static final Pattern SYNTAX =
      Pattern.compile("([a-z_]+)\\??(?:\\(\"?([^\"()]{0,64})\"?\\))? *= *(.{1,200})");
  private static final Pattern TIME = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?) ?\\.?(ms|s)");

  private final List<Given> now = new ArrayList<>();
  private final List<Given> assumed = new ArrayList<>();

  /// Reads `metered=true`, `carrier_up("tor")=false`, `round_trip("web")=300.ms`.
  ///
  /// @param live how facts are now, as far as it is known
  /// @throws IllegalArgumentException for what is no fact that can be assumed
  static Assumptions parse(List<String> texts, List<FactView> live) {
    if (texts.size() > MAX) {
      throw new IllegalArgumentException("at most %d facts, was %d".formatted(MAX, texts.size()));
    }
    Assumptions assumptions = new Assumptions();
    for (String text : texts) {
      Given given = given(text);
      assumptions.assumed.add(given);
      assumptions.now.add(Given.of(given.fact(), given.of(), present(given, live)));
    }
    return assumptions;
  }

  /// As conditions would say it: `metered? = true`.
  List<String> texts() {
    return assumed.stream().map(Given::toString).toList();
  }

  private static Given given(String text) {
    Matcher parts = SYNTAX.matcher(text.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "a fact is assumed as in metered=true or round_trip(\"web\")=300.ms, was " + text);
    }
    String word = parts.group(1);
    Fact fact =
        Arrays.stream(Fact.values())
            .filter(Given::isGivable)
            .filter(each -> each.word().equals(word) || each.word().equals(word + "?"))
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException("there is no fact %s to assume".formatted(word)));
    String of = parts.group(2) == null ? "" : parts.group(2);
    return Given.of(fact, of, value(fact, parts.group(3).strip()));
  }

  private static Expr value(Fact fact, String text) {
    return switch (fact.type()) {
      case YES_NO -> yesNo(fact, text.toLowerCase(Locale.ROOT));
      case DURATION -> {
        Matcher time = TIME.matcher(text);
        if (!time.matches()) {
          throw new IllegalArgumentException(
              "%s must be a time like 300.ms, was %s".formatted(fact.word(), text));
        }
        double amount = Double.parseDouble(time.group(1));
        yield new Expr.Quantity(Type.DURATION, time.group(2).equals("s") ? amount : amount / 1e3);
      }
      default -> new Expr.Text(text.replaceAll("^\"|\"$", ""));
    };
  }

  private static Expr yesNo(Fact fact, String text) {
    return switch (text) {
      case "true", "yes" -> Exprs.YES;
      case "false", "no" -> Exprs.NO;
      default ->
          throw new IllegalArgumentException(
              "%s must be true or false, was %s".formatted(fact.word(), text));
    };
  }

  private static Expr present(Given given, List<FactView> live) {
    String name = ExprText.of(given.asked());
    Optional<String> value =
        live.stream().filter(it -> it.name().equals(name)).map(FactView::value).findFirst();
    return switch (given.fact().type()) {
      case YES_NO -> Exprs.yesNo(value.equals(Optional.of("yes")));
      case DURATION ->
          value
              .filter(text -> TIME.matcher(text).matches())
              .map(text -> value(given.fact(), text))
              .orElse(new Expr.Quantity(Type.DURATION, FactSource.UNKNOWN_DURATION));
      default -> new Expr.Text("");
    };
  }

  /// What would be decided differently: routes and hop conditions by what becomes of them, and the
  /// flows of expectations.
  List<Plan.Branch> branches(Ruleset ruleset, SourceMap sources) {
    List<Plan.Branch> branches = new ArrayList<>();
    for (int i = 0; i < ruleset.routes().size(); i++) {
      Route route = ruleset.routes().get(i);
      String name = "route %d: %s".formatted(i + 1, Explainer.named(route.verdict()));
      compare(name, route.condition(), Places.of(sources, RulePath.route(i)), branches);
    }
    for (Tunnel tunnel : ruleset.tunnels()) {
      Optional<Place> place = Places.of(sources, RulePath.only(tunnel.name()));
      tunnel
          .relays()
          .only()
          .ifPresent(
              only -> compare("tunnel %s: only".formatted(tunnel.name()), only, place, branches));
    }
    flows(ruleset, sources, branches);
    return branches;
  }

  private void compare(
      String what, Expr condition, Optional<Place> place, List<Plan.Branch> branches) {
    Expr before = known(condition, now);
    Expr after = known(condition, assumed);
    if (!before.equals(after)) {
      branches.add(new Plan.Branch(what, text(before), text(after), place));
    }
  }

  private static String text(Expr condition) {
    if (condition instanceof Expr.YesNo(boolean always)) {
      return always ? "always" : "never";
    }
    return "if " + ExprText.of(condition);
  }

  private void flows(Ruleset ruleset, SourceMap sources, List<Plan.Branch> branches) {
    RouteDecider decider = RouteDecider.interpreting(ruleset);
    for (int i = 0; i < ruleset.expectations().size(); i++) {
      Expectation expectation = ruleset.expectations().get(i);
      String before =
          Explainer.named(decider.decide(expectation.flow().with(now).facts()).verdict());
      String after =
          Explainer.named(decider.decide(expectation.flow().with(assumed).facts()).verdict());
      if (!before.equals(after)) {
        branches.add(
            new Plan.Branch(
                "flow " + FlowText.of(expectation.flow()),
                before,
                after,
                Places.of(sources, RulePath.expectation(i))));
      }
    }
  }

  /// The condition where these facts are known.
  static Expr known(Expr condition, List<Given> facts) {
    return switch (condition) {
      case Expr.Not(Expr value) -> Exprs.not(known(value, facts));
      case Expr.And(List<Expr> all) -> Exprs.all(each(all, facts));
      case Expr.Or(List<Expr> any) -> Exprs.any(each(any, facts));
      case Expr.Choose(Expr asked, Expr then, Expr otherwise) ->
          Exprs.choose(known(asked, facts), known(then, facts), known(otherwise, facts));
      default ->
          isAboutOnly(condition, facts)
              ? Exprs.yesNo(Interpreter.yesNo(condition, new Source(facts)))
              : condition;
    };
  }

  private static List<Expr> each(List<Expr> conditions, List<Given> facts) {
    return conditions.stream().map(each -> known(each, facts)).toList();
  }

  private static boolean isAboutOnly(Expr condition, List<Given> facts) {
    List<Expr> asked = new ArrayList<>();
    condition.eachFact(asked::add);
    return !asked.isEmpty()
        && asked.stream()
            .allMatch(each -> facts.stream().anyMatch(given -> given.asked().equals(each)));
  }

  /// Answers for the given facts, and is asked for no others.
  private record Source(List<Given> facts) implements FactSource {
    private Expr value(Fact fact, String of) {
      return facts.stream()
          .filter(each -> each.fact() == fact && each.of().equals(of))
          .map(Given::value)
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("not given: " + fact.word()));
    }

    @Override
    public boolean yesNo(Fact fact) {
      return yesNo(fact, "");
    }

    @Override
    public boolean yesNo(Fact fact, String of) {
      return value(fact, of).equals(Exprs.YES);
    }

    @Override
    public double quantity(Fact fact) {
      return quantity(fact, "");
    }

    @Override
    public double quantity(Fact fact, String of) {
      return value(fact, of) instanceof Expr.Quantity(_, double amount)
          ? amount
          : FactSource.UNKNOWN_DURATION;
    }

    @Override
    public String text(Fact fact) {
      return value(fact, "") instanceof Expr.Text(String text) ? text : "";
    }

    @Override
    public @Nullable Address address(Fact fact) {
      return null;
    }
  }
}
