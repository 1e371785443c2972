package org.wormholes.rules.codec;

import static org.wormholes.rules.codec.NodeSerializer.register;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Expr.Operation;
import org.wormholes.rules.expr.Expr.TextQuestion;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Regex;
import org.wormholes.rules.expr.Type;

/// The bytes of expressions: rules.md 4.
final class ExprNodes {
  private static final ById<Type> TYPES = new ById<>(Type.values(), Type::id);
  private static final ById<Comparison> COMPARISONS =
      new ById<>(Comparison.values(), Comparison::id);
  private static final ById<Operation> OPERATIONS = new ById<>(Operation.values(), Operation::id);
  private static final ById<TextQuestion> QUESTIONS =
      new ById<>(TextQuestion.values(), TextQuestion::id);
  private static final ById<AddressKind> ADDRESS_KINDS =
      new ById<>(AddressKind.values(), AddressKind::id);

  /// One node for each fact, so that reading a fact makes nothing.
  private static final Expr.@Nullable FactRef[] FACTS = new Expr.FactRef[64];

  private static final @Nullable Fact[] ABOUT = new Fact[FACTS.length];

  static {
    for (Fact fact : Fact.values()) {
      if (fact.isAbout()) {
        ABOUT[fact.id()] = fact;
      } else {
        FACTS[fact.id()] = new Expr.FactRef(fact);
      }
    }
  }

  private ExprNodes() {}

  static Type type(int id) {
    return TYPES.of(id);
  }

  static void registerAll(Kryo kryo) {
    registerConstants(kryo);
    registerLogic(kryo);
    registerQuestions(kryo);
    MemberNodes.registerAll(kryo);
  }

  private static void registerConstants(Kryo kryo) {
    register(
        kryo,
        Kinds.YES_NO,
        Expr.YesNo.class,
        (out, node) -> out.head(Kinds.YES_NO, node.value() ? 1 : 0, 0),
        in -> {
          in.noCount();
          return (Expr.YesNo) Exprs.yesNo(in.flag());
        });
    register(
        kryo,
        Kinds.QUANTITY,
        Expr.Quantity.class,
        (out, node) -> {
          out.head(Kinds.QUANTITY, node.type().id(), 0);
          out.writeDouble(node.value());
        },
        in -> {
          in.noCount();
          Type type = TYPES.of(in.detail());
          return new Expr.Quantity(type, amount(in));
        });
    register(
        kryo,
        Kinds.TEXT,
        Expr.Text.class,
        (out, node) -> out.bytes(Kinds.TEXT, 0, node.value().getBytes(StandardCharsets.UTF_8)),
        in -> {
          if (in.detail() != 0) {
            throw new KryoException("a string must have detail 0");
          }
          return new Expr.Text(in.string());
        });
    register(
        kryo,
        Kinds.TIME,
        Expr.Time.class,
        (out, node) -> out.head(Kinds.TIME, 0, node.secondOfDay()),
        in -> {
          if (in.detail() != 0) {
            throw new KryoException("a time must have detail 0");
          }
          return new Expr.Time(in.count());
        });
    register(
        kryo,
        Kinds.ADDRESS,
        Expr.AddressLiteral.class,
        (out, node) -> {
          out.head(Kinds.ADDRESS, 0, 0);
          out.writeLong(node.value().high());
          out.writeLong(node.value().low());
        },
        in -> {
          in.plain();
          long high = in.readLong();
          return new Expr.AddressLiteral(new Address(high, in.readLong()));
        });
    register(
        kryo,
        Kinds.FACT,
        Expr.FactRef.class,
        (out, node) -> out.head(Kinds.FACT, node.fact().id(), 0),
        in -> {
          in.noCount();
          Expr.FactRef fact = in.detail() < FACTS.length ? FACTS[in.detail()] : null;
          if (fact == null) {
            throw new KryoException("no such fact");
          }
          in.asks(fact.fact());
          return fact;
        });
    register(
        kryo,
        Kinds.FACT_OF,
        Expr.FactOf.class,
        (out, node) -> {
          out.head(Kinds.FACT_OF, node.fact().id(), 0);
          out.text(node.of());
        },
        in -> {
          in.noCount();
          Fact fact = in.detail() < FACTS.length ? ABOUT[in.detail()] : null;
          if (fact == null) {
            throw new KryoException("no such fact");
          }
          in.asks(fact);
          return new Expr.FactOf(fact, in.text());
        });
  }

  /// A finite double in its one spelling; there is no -0.0.
  static double amount(RuleInput in) {
    double value = in.readDouble();
    if (!Double.isFinite(value) || Double.doubleToRawLongBits(value) == Long.MIN_VALUE) {
      throw new KryoException("an amount must be finite and not -0");
    }
    return value;
  }

  private static void registerLogic(Kryo kryo) {
    register(
        kryo,
        Kinds.NOT,
        Expr.Not.class,
        (out, node) -> children(out, Kinds.NOT, 0, node),
        in -> {
          in.plain();
          return new Expr.Not(in.node(Expr.class));
        });
    register(
        kryo,
        Kinds.AND,
        Expr.And.class,
        (out, node) -> {
          out.head(Kinds.AND, 0, node.all().size());
          node.all().forEach(out::node);
        },
        in -> new Expr.And(parts(in)));
    register(
        kryo,
        Kinds.OR,
        Expr.Or.class,
        (out, node) -> {
          out.head(Kinds.OR, 0, node.any().size());
          node.any().forEach(out::node);
        },
        in -> new Expr.Or(parts(in)));
    register(
        kryo,
        Kinds.CHOOSE,
        Expr.Choose.class,
        (out, node) -> children(out, Kinds.CHOOSE, 0, node),
        in -> {
          in.plain();
          Expr condition = in.node(Expr.class);
          Expr then = in.node(Expr.class);
          return new Expr.Choose(condition, then, in.node(Expr.class));
        });
    register(
        kryo,
        Kinds.COMPARE,
        Expr.Compare.class,
        (out, node) -> children(out, Kinds.COMPARE, node.operator().id(), node),
        in -> {
          in.noCount();
          Comparison operator = COMPARISONS.of(in.detail());
          Expr left = in.node(Expr.class);
          return new Expr.Compare(operator, left, in.node(Expr.class));
        });
    register(
        kryo,
        Kinds.ARITHMETIC,
        Expr.Arithmetic.class,
        (out, node) -> children(out, Kinds.ARITHMETIC, node.operator().id(), node),
        in -> {
          in.noCount();
          Operation operator = OPERATIONS.of(in.detail());
          Expr left = in.node(Expr.class);
          return new Expr.Arithmetic(operator, left, in.node(Expr.class));
        });
  }

  private static List<Expr> parts(RuleInput in) {
    if (in.count() > Expr.MAX_NODES) {
      throw new KryoException("too many parts");
    }
    return in.items(Expr.class);
  }

  private static void registerQuestions(Kryo kryo) {
    register(
        kryo,
        Kinds.BETWEEN,
        Expr.Between.class,
        (out, node) -> children(out, Kinds.BETWEEN, node.includesHigh() ? 1 : 0, node),
        in -> {
          in.noCount();
          boolean includesHigh = in.flag();
          Expr value = in.node(Expr.class);
          Expr low = in.node(Expr.class);
          return new Expr.Between(value, low, in.node(Expr.class), includesHigh);
        });
    register(
        kryo,
        Kinds.TIME_WINDOW,
        Expr.TimeWindow.class,
        (out, node) -> {
          out.head(Kinds.TIME_WINDOW, node.includesEnd() ? 1 : 0, 0);
          out.writeInt(node.from());
          out.writeInt(node.to());
          out.node(node.value());
        },
        in -> {
          in.noCount();
          boolean includesEnd = in.flag();
          int from = in.readInt();
          int to = in.readInt();
          return new Expr.TimeWindow(in.node(Expr.class), from, to, includesEnd);
        });
    register(
        kryo, Kinds.MATCHES, Expr.Matches.class, ExprNodes::writeMatches, ExprNodes::readMatches);
    register(
        kryo,
        Kinds.TEXT_TEST,
        Expr.TextTest.class,
        (out, node) -> children(out, Kinds.TEXT_TEST, node.question().id(), node),
        in -> {
          in.noCount();
          TextQuestion question = QUESTIONS.of(in.detail());
          Expr text = in.node(Expr.class);
          return new Expr.TextTest(question, text, in.node(Expr.class));
        });
    register(
        kryo,
        Kinds.LENGTH,
        Expr.Length.class,
        (out, node) -> children(out, Kinds.LENGTH, 0, node),
        in -> {
          in.plain();
          return new Expr.Length(in.node(Expr.class));
        });
    register(
        kryo,
        Kinds.BYTE_SIZE,
        Expr.ByteSize.class,
        (out, node) -> children(out, Kinds.BYTE_SIZE, 0, node),
        in -> {
          in.plain();
          return new Expr.ByteSize(in.node(Expr.class));
        });
    register(
        kryo,
        Kinds.DOWNCASE,
        Expr.Downcase.class,
        (out, node) -> children(out, Kinds.DOWNCASE, 0, node),
        in -> {
          in.plain();
          return new Expr.Downcase(in.node(Expr.class));
        });
    register(
        kryo,
        Kinds.ADDRESS_TEST,
        Expr.AddressTest.class,
        (out, node) -> children(out, Kinds.ADDRESS_TEST, node.kind().id(), node),
        in -> {
          in.noCount();
          AddressKind kind = ADDRESS_KINDS.of(in.detail());
          return new Expr.AddressTest(kind, in.node(Expr.class));
        });
  }

  private static void children(RuleOutput out, int kind, int detail, Expr node) {
    out.head(kind, detail, 0);
    for (int i = 0; i < node.childCount(); i++) {
      out.node(node.child(i));
    }
  }

  private static void writeMatches(RuleOutput out, Expr.Matches node) {
    Regex pattern = node.pattern();
    out.head(
        Kinds.MATCHES, (pattern.ignoresCase() ? 1 : 0) + (pattern.dotMatchesNewline() ? 2 : 0), 0);
    out.node(node.text());
    out.text(pattern.source());
  }

  private static Expr.Matches readMatches(RuleInput in) {
    in.noCount();
    int flags = in.detail();
    if (flags > 3) {
      throw new KryoException("unknown flags of a pattern");
    }
    Expr text = in.node(Expr.class);
    return new Expr.Matches(text, Regex.of(in.text(), (flags & 1) != 0, (flags & 2) != 0));
  }

  /// The values of an enum by their numbers.
  static final class ById<E extends Enum<E>> {
    private final @Nullable Object[] values;

    ById(E[] all, ToIntFunction<E> id) {
      values = new Object[32];
      for (E value : all) {
        values[id.applyAsInt(value)] = value;
      }
    }

    @SuppressWarnings("unchecked") // only values of E are entered
    E of(int id) {
      Object value = id < values.length ? values[id] : null;
      if (value == null) {
        throw new KryoException("no value has the number " + id);
      }
      return (E) value;
    }
  }
}
