package org.wormholes.runtime.control;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.ExprText;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;
import org.wormholes.rules.expr.Interpreter;
import org.wormholes.rules.expr.Type;

/// The smallest part of a condition that alone made it what it was.
///
/// @param part as it would be written in a script: `port == 25`
/// @param values of the facts it asks for: `port is 443`; empty where it asks for none
public record Settling(String part, String values) {
  /// Longest part of a condition that is shown.
  private static final int MAX_TEXT = 120;

  private static final int MAX_VALUE = 60;

  /// What settled the condition, judged by these facts.
  public static Settling of(Expr condition, FactSource facts) {
    boolean value = Interpreter.yesNo(condition, facts);
    Expr at = condition;
    boolean turned = false;
    while (true) {
      Expr next = next(at, facts, value != turned);
      if (next == null) {
        return new Settling(turned ? "!" + grouped(at) : shown(at), values(at, facts));
      }
      turned = turned != (at instanceof Expr.Not);
      at = next;
    }
  }

  /// As in `port == 25 (port is 443)`.
  String text() {
    return values.isEmpty() ? part : "%s (%s)".formatted(part, values);
  }

  /// The child that alone settles it; null where it takes all of them.
  private static @Nullable Expr next(Expr expr, FactSource facts, boolean value) {
    return switch (expr) {
      case Expr.Not(Expr inner) -> inner;
      case Expr.And(List<Expr> all) when !value -> first(all, facts, false);
      case Expr.Or(List<Expr> any) when value -> first(any, facts, true);
      case Expr.Choose(Expr asked, Expr then, Expr otherwise) ->
          Interpreter.yesNo(asked, facts) ? then : otherwise;
      default -> null;
    };
  }

  private static @Nullable Expr first(List<Expr> parts, FactSource facts, boolean value) {
    for (Expr part : parts) {
      if (Interpreter.yesNo(part, facts) == value) {
        return part;
      }
    }
    return null;
  }

  private static String grouped(Expr expr) {
    String text = shown(expr);
    return expr.childCount() > 1 ? "(" + text + ")" : text;
  }

  private static String shown(Expr expr) {
    String text = ExprText.of(expr);
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
  }

  private static String values(Expr expr, FactSource facts) {
    Map<String, String> values = new LinkedHashMap<>();
    collect(expr, facts, values);
    return values.entrySet().stream()
        .map(each -> each.getKey() + " is " + each.getValue())
        .collect(Collectors.joining(", "));
  }

  private static void collect(Expr expr, FactSource facts, Map<String, String> values) {
    switch (expr) {
      case Expr.FactRef(Fact fact) -> values.put(fact.word(), value(expr, fact, facts));
      case Expr.FactOf(Fact fact, _) -> values.put(ExprText.of(expr), value(expr, fact, facts));
      default -> {
        for (int i = 0; i < expr.childCount(); i++) {
          collect(expr.child(i), facts, values);
        }
      }
    }
  }

  /// The value of a fact in words.
  private static String value(Expr asked, Fact fact, FactSource facts) {
    return switch (fact.type()) {
      case YES_NO -> Interpreter.yesNo(asked, facts) ? "yes" : "no";
      case TEXT -> text(Interpreter.text(asked, facts));
      case ADDRESS -> address(Interpreter.address(asked, facts));
      case TIME -> ExprText.of(new Expr.Time((int) Interpreter.quantity(asked, facts)));
      case NUMBER, DURATION, SIZE, RATE -> {
        double amount = Interpreter.quantity(asked, facts);
        yield fact.type() == Type.DURATION && amount == FactSource.UNKNOWN_DURATION
            ? "not known"
            : ExprText.of(new Expr.Quantity(fact.type(), amount));
      }
    };
  }

  private static String text(String value) {
    if (value.isEmpty()) {
      return "empty";
    }
    String shown = value.length() <= MAX_VALUE ? value : value.substring(0, MAX_VALUE) + "…";
    return ExprText.of(new Expr.Text(shown));
  }

  private static String address(@Nullable Address address) {
    return address == null ? "not known" : address.toString();
  }
}
