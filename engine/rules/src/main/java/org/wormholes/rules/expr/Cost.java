package org.wormholes.rules.expr;

/// The bound on what an evaluation can cost, known before it runs.
///
/// A step is about a nanosecond on a fast core: a fact or comparison is one, an operation on texts
/// counts their longest possible length, a regular expression its states times that length. The
/// bound of a tree is the sum of its nodes' bounds: what `&&`, `||` and `?:` may skip still counts.
public final class Cost {
  /// The most steps of one tree: some milliseconds at the very worst.
  public static final long MAX = 2_000_000;

  private static final int TEXT = Expr.MAX_TEXT / 16;

  private Cost() {}

  /// The bound for the tree, which is no deeper than [Expr#MAX_DEPTH].
  public static long of(Expr expr) {
    long cost = ofNode(expr);
    for (int i = 0; i < expr.childCount(); i++) {
      cost += of(expr.child(i));
    }
    return cost;
  }

  /// How many nodes the tree has, or more than [Expr#MAX_NODES] where it has too many or is too
  /// deep.
  static int nodes(Expr expr, int depthLeft) {
    if (depthLeft == 0) {
      return Expr.MAX_NODES + 1;
    }
    int nodes = 1;
    for (int i = 0; i < expr.childCount() && nodes <= Expr.MAX_NODES; i++) {
      nodes += nodes(expr.child(i), depthLeft - 1);
    }
    return nodes;
  }

  private static long ofNode(Expr expr) {
    return switch (expr) {
      case Expr.Matches(_, Regex pattern) -> (long) pattern.states() * Expr.MAX_TEXT;
      case Expr.TextTest(Expr.TextQuestion question, Expr text, Expr part) ->
          question == Expr.TextQuestion.CONTAINS ? ofSearch(text, part) : longest(text) / 16;
      case Expr.Member(_, Members members) -> ofMembers(members);
      case Expr.Downcase(Expr text) -> longest(text);
      case Expr.ByteSize(Expr text) -> longest(text);
      case Expr.Compare(_, Expr left, _) -> longest(left) / 16;
      case Expr.FactOf _ -> TEXT;
      case Expr.FactRef(Fact fact) when fact.longest() > Expr.MAX_TEXT -> fact.longest() / 16;
      default -> 1;
    };
  }

  private static long ofSearch(Expr text, Expr part) {
    long longest = longest(text);
    boolean usual = longest <= Expr.MAX_TEXT;
    return longest
        * (!usual && part instanceof Expr.Text(String known)
            ? Math.max(16, known.length())
            : longest(part))
        / 16;
  }

  /// How long the text can be, in characters; at least [Expr#MAX_TEXT].
  static int longest(Expr text) {
    return switch (text) {
      case Expr.FactRef(Fact fact) -> fact.longest();
      case Expr.Downcase(Expr inner) -> longest(inner);
      case Expr.Choose(_, Expr then, Expr otherwise) -> Math.max(longest(then), longest(otherwise));
      default -> Expr.MAX_TEXT;
    };
  }

  private static long ofMembers(Members members) {
    int halvings = 32 - Integer.numberOfLeadingZeros(members.size());
    return switch (members) {
      case TextSet _ -> (long) halvings * TEXT;
      case QuantitySet _ -> 2L * halvings;
      case AddressSet _ -> 8L + 6L * halvings;
      case DomainSet _ -> Expr.MAX_TEXT;
    };
  }
}
