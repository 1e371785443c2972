package org.wormholes.rules.expr;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Expr.Operation;
import org.wormholes.rules.expr.Expr.TextQuestion;

/// Makes well-typed trees and matching facts from a seed.
public final class ExprGenerator {
  /// What facts about something are about.
  public static final String NAME = "web";

  /// The address of a node.
  public static final String NODE = "a2".repeat(28);

  private static final List<String> TEXTS =
      List.of(
          "", "example.org", "www.example.org", "org", "tcp", "mon", "DE", "a b", "é", "10.0.0.1");
  private static final List<String> DOMAINS =
      List.of("org", "example.org", "www.example.org", "onion", "a.b.c", "i2p", "xample.org");
  private static final List<String> PATTERNS =
      List.of("^www\\.", "a+b*", "[a-z]{2,5}\\.org$", "(ex|am)ple?", "\\d\\d", ".", "");
  private static final List<String> ADDRESSES =
      List.of(
          "10.1.2.3",
          "127.0.0.1",
          "192.0.2.1",
          "8.8.8.8",
          "::1",
          "fd00::1",
          "64:ff9b::a01:203",
          "2001:4860::8888",
          "2002:7f00:1::");
  private static final double[] AMOUNTS = {0, 1, 2, 0.08, 80, 443, 1024, -3, 1e300, -1e300, 0.5};

  private final SplittableRandom random;
  private final Scope scope;

  public ExprGenerator(long seed, Scope scope) {
    this.random = new SplittableRandom(seed);
    this.scope = scope;
  }

  public Expr condition(int depth) {
    return of(Type.YES_NO, depth);
  }

  public Expr score(int depth) {
    return of(pick(List.of(Type.NUMBER, Type.DURATION, Type.SIZE, Type.RATE, Type.YES_NO)), depth);
  }

  private Expr of(Type type, int depth) {
    if (depth > 1 && random.nextInt(8) == 0) {
      return new Expr.Choose(condition(depth - 1), of(type, depth - 1), of(type, depth - 1));
    }
    return switch (type) {
      case YES_NO -> depth <= 1 ? leafCondition() : innerCondition(depth - 1);
      case NUMBER, DURATION, SIZE, RATE -> amount(type, depth);
      case TEXT -> text(depth);
      case TIME -> fact(Type.TIME, new Expr.Time(random.nextInt(86_400)));
      case ADDRESS -> fact(Type.ADDRESS, new Expr.AddressLiteral(address()));
    };
  }

  private Expr leafCondition() {
    return fact(Type.YES_NO, new Expr.YesNo(random.nextBoolean()));
  }

  private Expr innerCondition(int depth) {
    return switch (random.nextInt(14)) {
      case 0 -> new Expr.Not(condition(depth));
      case 1 -> new Expr.And(conditions(depth));
      case 2 -> new Expr.Or(conditions(depth));
      case 3, 4 -> comparison(depth);
      case 5 -> {
        Type type = quantity();
        Expr low = of(type, depth - 1);
        yield new Expr.Between(of(type, depth), low, of(type, depth - 1), random.nextBoolean());
      }
      case 6 -> timeWindow(depth);
      case 7 -> new Expr.Member(of(Type.TEXT, depth), texts());
      case 8 -> new Expr.Member(of(Type.TEXT, depth), domains());
      case 9 -> {
        Type type = quantity();
        yield new Expr.Member(of(type, depth), amounts(type));
      }
      case 10 -> new Expr.Member(of(Type.ADDRESS, depth), addresses());
      case 11 -> new Expr.Matches(of(Type.TEXT, depth), pattern());
      case 12 ->
          new Expr.TextTest(
              pick(List.of(TextQuestion.values())), of(Type.TEXT, depth), of(Type.TEXT, 1));
      default -> new Expr.AddressTest(pick(List.of(AddressKind.values())), of(Type.ADDRESS, depth));
    };
  }

  private List<Expr> conditions(int depth) {
    return IntStream.range(0, 2 + random.nextInt(3)).mapToObj(_ -> condition(depth)).toList();
  }

  private Expr comparison(int depth) {
    Type type = pick(List.of(Type.values()));
    List<Comparison> signs =
        type.isOrdered()
            ? List.of(Comparison.values())
            : List.of(Comparison.EQUAL, Comparison.NOT_EQUAL);
    Expr left = of(type, depth);
    Expr right = of(type, depth);
    return TypeChecker.problems(new Expr.Compare(Comparison.EQUAL, left, right), scope).isEmpty()
        ? new Expr.Compare(pick(signs), left, right)
        : new Expr.Not(new Expr.YesNo(random.nextBoolean()));
  }

  private Expr timeWindow(int depth) {
    int from = random.nextInt(86_400);
    int to = (from + 1 + random.nextInt(86_399)) % 86_400;
    return new Expr.TimeWindow(of(Type.TIME, depth), from, to, random.nextBoolean());
  }

  private Expr amount(Type type, int depth) {
    if (depth <= 1) {
      return fact(type, new Expr.Quantity(type, AMOUNTS[random.nextInt(AMOUNTS.length)]));
    }
    Operation operator = pick(List.of(Operation.values()));
    Type left = quantity();
    Type right = quantity();
    if (TypeChecker.combined(operator, left, right).filter(type::equals).isPresent()) {
      return new Expr.Arithmetic(operator, of(left, depth - 1), of(right, depth - 1));
    }
    return switch (type) {
      case NUMBER -> new Expr.Length(of(Type.TEXT, depth - 1));
      case SIZE -> new Expr.ByteSize(of(Type.TEXT, depth - 1));
      default -> amount(type, 1);
    };
  }

  private Expr text(int depth) {
    if (depth > 1 && random.nextInt(3) == 0) {
      return new Expr.Downcase(text(depth - 1));
    }
    return fact(Type.TEXT, new Expr.Text(pick(TEXTS)));
  }

  private Expr fact(Type type, Expr constant) {
    List<Fact> facts = Fact.in(scope).stream().filter(fact -> fact.type() == type).toList();
    return facts.isEmpty() || random.nextInt(3) == 0 ? constant : asked(pick(facts));
  }

  private static Expr asked(Fact fact) {
    return fact.argument().isPresent()
        ? new Expr.FactOf(fact, name(fact.argument().get()))
        : new Expr.FactRef(fact);
  }

  /// What a fact that needs one is asked about.
  public static String name(Fact.Argument argument) {
    return switch (argument) {
      case NODE -> NODE;
      case PERIOD -> "hour";
      case CARRIER, FRIEND, TUNNEL, MARK, FIELD -> NAME;
    };
  }

  private Type quantity() {
    return pick(List.of(Type.NUMBER, Type.DURATION, Type.SIZE, Type.RATE));
  }

  private Members texts() {
    return TextSet.of(IntStream.range(0, random.nextInt(4)).mapToObj(_ -> "mon").toList());
  }

  private Members domains() {
    return DomainSet.of(
        IntStream.range(0, random.nextInt(4)).mapToObj(_ -> pick(DOMAINS)).toList());
  }

  private Members amounts(Type type) {
    return QuantitySet.of(
        type,
        IntStream.range(0, random.nextInt(4))
            .mapToObj(_ -> AMOUNTS[random.nextInt(AMOUNTS.length)])
            .map(low -> new QuantitySet.Span(low, low + random.nextInt(5), true))
            .toList());
  }

  private Members addresses() {
    return AddressSet.of(
        IntStream.range(0, random.nextInt(4))
            .mapToObj(_ -> address())
            .map(first -> 96 + random.nextInt(33) > 120 ? AddressRange.of(first) : wide(first))
            .toList());
  }

  private AddressRange wide(Address address) {
    int prefix = (address.isIpv4() ? 96 : 0) + random.nextInt(33);
    return new AddressRange(AddressRange.masked(address, prefix), prefix);
  }

  private Regex pattern() {
    return Regex.of(pick(PATTERNS), random.nextBoolean(), random.nextBoolean());
  }

  private Address address() {
    return Address.parse(pick(ADDRESSES)).orElseThrow();
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  /// Facts of any scope, the same for the same seed.
  public static FactSource facts(long seed) {
    return new FactSource() {
      private SplittableRandom of(Fact fact) {
        return new SplittableRandom(seed * 64 + fact.id());
      }

      @Override
      public boolean yesNo(Fact fact) {
        return of(fact).nextBoolean();
      }

      @Override
      public double quantity(Fact fact) {
        SplittableRandom random = of(fact);
        return fact == Fact.TIME
            ? random.nextInt(86_400)
            : random.nextInt(9) == 0 ? UNKNOWN_DURATION : AMOUNTS[random.nextInt(AMOUNTS.length)];
      }

      @Override
      public boolean yesNo(Fact fact, String of) {
        assertThat(of).isEqualTo(name(fact.argument().orElseThrow()));
        return yesNo(fact);
      }

      @Override
      public double quantity(Fact fact, String of) {
        assertThat(of).isEqualTo(name(fact.argument().orElseThrow()));
        return quantity(fact);
      }

      @Override
      public String text(Fact fact, String of) {
        assertThat(of).isEqualTo(name(fact.argument().orElseThrow()));
        return text(fact);
      }

      @Override
      public String text(Fact fact) {
        return TEXTS.get(of(fact).nextInt(TEXTS.size()));
      }

      @Override
      public @Nullable Address address(Fact fact) {
        SplittableRandom random = of(fact);
        return random.nextInt(5) == 0
            ? null
            : Address.parse(ADDRESSES.get(random.nextInt(ADDRESSES.size()))).orElseThrow();
      }
    };
  }
}
