package org.wormholes.rules.expr;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// An expression of a rule: a typed tree without loops, side effects or failures.
///
/// Every tree ends in at most [Cost#MAX] steps, whatever the facts; see [Cost]. Constructors check
/// what can be seen from one node; [TypeChecker] checks a tree in its [Scope]. Children are
/// numbered in the order of the record's components, and a path of such numbers names a node.
///
/// Equal trees are equal records, and there is one tree for one meaning only by convention: [Exprs]
/// has the constructors that flatten, fold and gather.
public sealed interface Expr {
  /// The longest string constant and the longest text fact, in characters.
  int MAX_TEXT = 1024;

  /// The deepest tree, in nodes from the root to a leaf.
  int MAX_DEPTH = 64;

  /// The most nodes of a tree; sets count as one.
  int MAX_NODES = 4096;

  /// A constant of type [Type#YES_NO]; `otherwise` is `YesNo(true)`.
  record YesNo(boolean value) implements Expr {}

  /// A constant of a quantity type, in the unit of [Type].
  record Quantity(Type type, double value) implements Expr {
    public Quantity {
      if (!type.isQuantity()) {
        throw new IllegalArgumentException("a quantity must not be " + type.description());
      }
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("a quantity must be finite, was " + value);
      }
      value += 0.0; // one zero only: -0.0 becomes 0.0
    }

    public static Quantity number(double value) {
      return new Quantity(Type.NUMBER, value);
    }

    public static Quantity duration(Duration value) {
      return new Quantity(Type.DURATION, seconds(value));
    }

    public static Quantity bytes(double value) {
      return new Quantity(Type.SIZE, value);
    }

    public static Quantity bytesPerSecond(double value) {
      return new Quantity(Type.RATE, value);
    }

    /// A duration in the unit of [Type#DURATION].
    public static double seconds(Duration duration) {
      return duration.getNano() == 0
          ? duration.getSeconds()
          : duration.getSeconds() + duration.getNano() / 1e9;
    }
  }

  /// A constant of type [Type#TEXT].
  record Text(String value) implements Expr {
    public Text {
      if (value.length() > MAX_TEXT) {
        throw new IllegalArgumentException(
            "a string must have at most %d characters, had %d".formatted(MAX_TEXT, value.length()));
      }
    }
  }

  /// A constant of type [Type#TIME]: 0 to 86,399 seconds since midnight.
  record Time(int secondOfDay) implements Expr {
    public Time {
      checkSecond(secondOfDay);
    }
  }

  /// A constant of type [Type#ADDRESS].
  record AddressLiteral(Address value) implements Expr {
    public AddressLiteral {
      requireNonNull(value, "value");
    }
  }

  /// The value of a fact that has no [Fact#argument].
  record FactRef(Fact fact) implements Expr {
    public FactRef {
      if (fact.isAbout()) {
        throw new IllegalArgumentException(
            "`%s` must be asked about something".formatted(fact.word()));
      }
    }
  }

  /// The value of a fact about something: `carrier_up?("tor")`.
  ///
  /// @param of its name: 1 to 64 of `a-z 0-9 - _ .`
  record FactOf(Fact fact, String of) implements Expr {
    public FactOf {
      if (!fact.isAbout()) {
        throw new IllegalArgumentException("`%s` is not about anything".formatted(fact.word()));
      }
      if (!isName(of)) {
        throw new IllegalArgumentException(
            "`%s` must be asked about a name of 1..64 of a-z, 0-9, - _ and ."
                .formatted(fact.word()));
      }
      if (!fact.argument().orElseThrow().canBe(of)) {
        throw new IllegalArgumentException(
            "`%s` must be asked about %s"
                .formatted(fact.word(), fact.argument().orElseThrow().description()));
      }
    }

    private static boolean isName(String text) {
      boolean plain = !text.isEmpty() && text.length() <= 64;
      for (int i = 0; i < text.length() && plain; i++) {
        char c = text.charAt(i);
        boolean letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        plain = letter || (i > 0 && (c == '-' || c == '_' || c == '.'));
      }
      return plain;
    }
  }

  /// `!value`.
  record Not(Expr value) implements Expr {
    public Not {
      requireNonNull(value, "value");
    }
  }

  /// `a && b && ...`; evaluated left to right until one is *no*. At least two.
  record And(List<Expr> all) implements Expr {
    public And {
      all = atLeastTwo(all);
    }
  }

  /// `a || b || ...`; evaluated left to right until one is *yes*. At least two.
  record Or(List<Expr> any) implements Expr {
    public Or {
      any = atLeastTwo(any);
    }
  }

  /// `condition ? then : otherwise`; both branches have one type, which is the type of the whole.
  record Choose(Expr condition, Expr then, Expr otherwise) implements Expr {
    public Choose {
      requireNonNull(condition, "condition");
      requireNonNull(then, "then");
      requireNonNull(otherwise, "otherwise");
    }
  }

  /// The comparisons. Equality is for all types, order for quantities and times of day.
  enum Comparison {
    LESS(1, "<"),
    AT_MOST(2, "<="),
    MORE(3, ">"),
    AT_LEAST(4, ">="),
    EQUAL(5, "=="),
    NOT_EQUAL(6, "!=");

    private final int id;
    private final String sign;

    Comparison(int id, String sign) {
      this.id = id;
      this.sign = sign;
    }

    public String sign() {
      return sign;
    }

    /// The number in canonical bytes; never reused.
    public int id() {
      return id;
    }

    public boolean isOrder() {
      return this != EQUAL && this != NOT_EQUAL;
    }
  }

  /// `left < right` and its kin; both sides of one type. An absent address equals nothing, and so
  /// differs from everything.
  record Compare(Comparison operator, Expr left, Expr right) implements Expr {
    public Compare {
      requireNonNull(operator, "operator");
      requireNonNull(left, "left");
      requireNonNull(right, "right");
    }
  }

  /// The arithmetic. All of it is total: what is too large stays at the largest finite value, and
  /// dividing by zero gives zero, as does the remainder.
  enum Operation {
    ADD(1, "+"),
    SUBTRACT(2, "-"),
    MULTIPLY(3, "*"),
    DIVIDE(4, "/"),
    /// The sign of the result is that of the divisor, as in Ruby.
    REMAINDER(5, "%"),
    MINIMUM(6, "min"),
    MAXIMUM(7, "max");

    private final int id;
    private final String sign;

    Operation(int id, String sign) {
      this.id = id;
      this.sign = sign;
    }

    /// The number in canonical bytes; never reused.
    public int id() {
      return id;
    }

    public String sign() {
      return sign;
    }
  }

  /// `left + right` and its kin. What may be combined, and what comes out, is in
  /// [TypeChecker#combined].
  record Arithmetic(Operation operator, Expr left, Expr right) implements Expr {
    public Arithmetic {
      requireNonNull(operator, "operator");
      requireNonNull(left, "left");
      requireNonNull(right, "right");
    }
  }

  /// `value.between?(low, high)` or `value.in?(low..high)`; with `low...high` the end is not in it.
  /// For quantities; a time of day has [TimeWindow].
  record Between(Expr value, Expr low, Expr high, boolean includesHigh) implements Expr {
    public Between {
      requireNonNull(value, "value");
      requireNonNull(low, "low");
      requireNonNull(high, "high");
    }
  }

  /// `time.in?("22:00".."06:00")`: from one second of the day to another, past midnight where the
  /// end is earlier than the start. The start is in it; the end is where `includesEnd` says so.
  record TimeWindow(Expr value, int from, int to, boolean includesEnd) implements Expr {
    public TimeWindow {
      requireNonNull(value, "value");
      checkSecond(from);
      checkSecond(to);
      if (from == to) {
        throw new IllegalArgumentException("a window of time must not end where it starts");
      }
    }
  }

  /// `value.in?(...)`, `host.under?(...)`, `host.listed?(...)`: whether a constant set has the
  /// value. The kind of set says what having means.
  record Member(Expr value, Members members) implements Expr {
    public Member {
      requireNonNull(value, "value");
      requireNonNull(members, "members");
    }
  }

  /// `text =~ /pattern/`: whether the pattern is found anywhere in the text, in time linear in it.
  record Matches(Expr text, Regex pattern) implements Expr {
    public Matches {
      requireNonNull(text, "text");
      requireNonNull(pattern, "pattern");
    }
  }

  enum TextQuestion {
    STARTS_WITH(1, "start_with?"),
    ENDS_WITH(2, "end_with?"),
    CONTAINS(3, "include?");

    private final int id;
    private final String word;

    TextQuestion(int id, String word) {
      this.id = id;
      this.word = word;
    }

    public String word() {
      return word;
    }

    /// The number in canonical bytes; never reused.
    public int id() {
      return id;
    }
  }

  /// `text.start_with?(part)` and its kin.
  record TextTest(TextQuestion question, Expr text, Expr part) implements Expr {
    public TextTest {
      requireNonNull(question, "question");
      requireNonNull(text, "text");
      requireNonNull(part, "part");
    }
  }

  /// `text.length`, in UTF-16 units, a number.
  record Length(Expr text) implements Expr {
    public Length {
      requireNonNull(text, "text");
    }
  }

  /// `text.bytesize`, in bytes of UTF-8, a size.
  record ByteSize(Expr text) implements Expr {
    public ByteSize {
      requireNonNull(text, "text");
    }
  }

  /// `text.downcase`, for the letters A to Z only, so that it means the same everywhere.
  record Downcase(Expr text) implements Expr {
    public Downcase {
      requireNonNull(text, "text");
    }
  }

  /// `address.private?` and its kin.
  record AddressTest(AddressKind kind, Expr address) implements Expr {
    public AddressTest {
      requireNonNull(kind, "kind");
      requireNonNull(address, "address");
    }
  }

  /// How many children the node has.
  default int childCount() {
    return switch (this) {
      case YesNo _, Quantity _, Text _, Time _, AddressLiteral _, FactRef _, FactOf _ -> 0;
      case Not _, TimeWindow _, Member _, Matches _, Length _, ByteSize _ -> 1;
      case Downcase _, AddressTest _ -> 1;
      case Compare _, Arithmetic _, TextTest _ -> 2;
      case Choose _, Between _ -> 3;
      case And and -> and.all().size();
      case Or or -> or.any().size();
    };
  }

  /// The child of this number, from 0.
  default Expr child(int index) {
    return switch (this) {
      case And and -> and.all().get(index);
      case Or or -> or.any().get(index);
      case Not(Expr value) when index == 0 -> value;
      case TimeWindow(Expr value, _, _, _) when index == 0 -> value;
      case Member(Expr value, _) when index == 0 -> value;
      case Matches(Expr text, _) when index == 0 -> text;
      case Length(Expr text) when index == 0 -> text;
      case ByteSize(Expr text) when index == 0 -> text;
      case Downcase(Expr text) when index == 0 -> text;
      case AddressTest(_, Expr address) when index == 0 -> address;
      case Compare(_, Expr left, Expr right) when index < 2 -> index == 0 ? left : right;
      case Arithmetic(_, Expr left, Expr right) when index < 2 -> index == 0 ? left : right;
      case TextTest(_, Expr text, Expr part) when index < 2 -> index == 0 ? text : part;
      case Choose(Expr condition, Expr then, Expr otherwise) when index < 3 ->
          index == 0 ? condition : index == 1 ? then : otherwise;
      case Between(Expr value, Expr low, Expr high, _) when index < 3 ->
          index == 0 ? value : index == 1 ? low : high;
      default -> throw new IndexOutOfBoundsException("no child " + index);
    };
  }

  /// Hands every [FactRef] and [FactOf] of the tree to `visit`, from left to right. What most rules
  /// are made of comes first, since this is done to every rule that is loaded.
  default void eachFact(Consumer<? super Expr> visit) {
    if (this instanceof Member member) {
      member.value().eachFact(visit);
    } else if (this instanceof FactRef || this instanceof FactOf) {
      visit.accept(this);
    } else if (this instanceof Compare compare) {
      compare.left().eachFact(visit);
      compare.right().eachFact(visit);
    } else if (this instanceof And and) {
      and.all().forEach(part -> part.eachFact(visit));
    } else if (!(this instanceof Text || this instanceof Quantity || this instanceof YesNo)) {
      for (int i = 0; i < childCount(); i++) {
        child(i).eachFact(visit);
      }
    }
  }

  /// Whether the tree asks for the fact anywhere.
  default boolean asksFor(Fact fact) {
    if (this instanceof FactRef(Fact asked)) {
      return asked == fact;
    }
    if (this instanceof FactOf(Fact asked, _)) {
      return asked == fact;
    }
    for (int i = 0; i < childCount(); i++) {
      if (child(i).asksFor(fact)) {
        return true;
      }
    }
    return false;
  }

  private static void checkSecond(int secondOfDay) {
    if (secondOfDay < 0 || secondOfDay >= 86_400) {
      throw new IllegalArgumentException(
          "a time of day must be 0..86399 seconds, was " + secondOfDay);
    }
  }

  private static List<Expr> atLeastTwo(List<Expr> parts) {
    if (parts.size() < 2 || parts.size() > MAX_NODES) {
      throw new IllegalArgumentException(
          "must join 2..%d conditions, had %d".formatted(MAX_NODES, parts.size()));
    }
    return List.copyOf(parts);
  }
}
