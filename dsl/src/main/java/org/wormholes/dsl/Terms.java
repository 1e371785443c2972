package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.wormholes.dsl.Value.Decimal;
import org.wormholes.dsl.Value.Items;
import org.wormholes.dsl.Value.Name;
import org.wormholes.dsl.Value.Text;
import org.wormholes.dsl.Value.Truth;
import org.wormholes.dsl.Value.Whole;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Type;

/// What terms are, and what they become as expressions of a type.
final class Terms {
  private Terms() {}

  static boolean isYesNo(Term term) {
    return switch (term) {
      case Term.Known(Truth _) -> true;
      case Term.Asked(_, Type type) -> type == Type.YES_NO;
      default -> false;
    };
  }

  /// The type as messages call it.
  static String kindOf(Type type) {
    return type == Type.TEXT ? "text" : type.description();
  }

  /// The type both sides have, with constants read as what the other side asks for; null when they
  /// have none in common.
  static @Nullable Type commonType(Term left, Term right) {
    if (left instanceof Term.Asked(_, Type type)) {
      return fits(right, type) ? type : null;
    }
    if (right instanceof Term.Asked(_, Type type)) {
      return fits(left, type) ? type : null;
    }
    Type type = typeOf(left);
    return type != null && fits(right, type) ? type : null;
  }

  static boolean fits(Term term, Type type) {
    return switch (term) {
      case Term.Asked(_, Type own) -> own == type;
      case Term.Known(Value value) -> literal(value, type) != null;
      case Term.Facts _ -> false;
    };
  }

  static @Nullable Type typeOf(Term term) {
    return switch (term) {
      case Term.Asked(_, Type type) -> type;
      case Term.Known(Value value) ->
          switch (value) {
            case Whole _, Decimal _ -> Type.NUMBER;
            case Value.Span _ -> Type.DURATION;
            case Value.Size _ -> Type.SIZE;
            case Value.Rate _ -> Type.RATE;
            case Text _, Name _ -> Type.TEXT;
            case Truth _ -> Type.YES_NO;
            default -> null;
          };
      case Term.Facts _ -> null;
    };
  }

  static Expr expr(Term term, Type type) {
    return expr(term, type, kindOf(type) + " is needed, but this is ");
  }

  static Expr expr(Term term, Type type, String otherwise) {
    if (!fits(term, type)) {
      throw Mistake.of(otherwise + term.kind());
    }
    return exprOf(term, type);
  }

  static Expr exprOf(Term term, Type type) {
    Expr expr =
        switch (term) {
          case Term.Asked(Expr asked, _) -> asked;
          case Term.Known(Value value) -> literal(value, type);
          case Term.Facts _ -> null;
        };
    if (expr == null) {
      throw new IllegalStateException("no " + type + " in " + term);
    }
    return expr;
  }

  /// The constant as an expression of the type, or null where it is none.
  static @Nullable Expr literal(Value value, Type type) {
    return switch (type) {
      case YES_NO -> value instanceof Truth(boolean yes) ? new Expr.YesNo(yes) : null;
      case NUMBER ->
          Arithmetic.isNumber(value) ? Expr.Quantity.number(Arithmetic.asDouble(value)) : null;
      case DURATION ->
          value instanceof Value.Span(long nanos)
              ? Expr.Quantity.duration(java.time.Duration.ofNanos(nanos))
              : null;
      case SIZE ->
          value instanceof Value.Size(long bytes) ? Expr.Quantity.bytes((double) bytes) : null;
      case RATE ->
          value instanceof Value.Rate(long bytes)
              ? Expr.Quantity.bytesPerSecond((double) bytes)
              : null;
      case TEXT -> {
        String text = textOf(value);
        if (text == null) {
          yield null;
        }
        requireLength(text);
        yield new Expr.Text(text);
      }
      case TIME -> {
        Integer second = value instanceof Text(String text) ? Clock.parse(text) : null;
        yield second == null ? null : new Expr.Time(second);
      }
      case ADDRESS ->
          value instanceof Text(String text)
              ? Address.parse(text).map(Expr.AddressLiteral::new).orElse(null)
              : null;
    };
  }

  static void requireLength(String text) {
    if (text.length() > Expr.MAX_TEXT) {
      throw Mistake.of(
          "the text has "
              + text.length()
              + " characters, at most "
              + Expr.MAX_TEXT
              + " can be compared");
    }
  }

  static @Nullable String textOf(Value value) {
    return switch (value) {
      case Text(String text) -> text;
      case Name(String name) -> name;
      default -> null;
    };
  }

  static Term yesNo(Expr expr) {
    return expr instanceof Expr.YesNo(boolean yes)
        ? Term.truth(yes)
        : new Term.Asked(expr, Type.YES_NO);
  }

  static List<Value> constants(String name, List<Term> terms) {
    List<Value> values = new ArrayList<>();
    for (Term term : terms) {
      Value value = constant(name, term);
      if (value instanceof Items(List<Value> items)) {
        values.addAll(items);
      } else {
        values.add(value);
      }
    }
    return values;
  }

  static Value constant(String name, Term term) {
    if (term instanceof Term.Known(Value value)) {
      return value;
    }
    throw Mistake.of(
        "`" + name + "` needs constants, but this is " + term.kind() + " that is asked for");
  }
}
