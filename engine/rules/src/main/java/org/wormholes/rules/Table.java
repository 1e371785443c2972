package org.wormholes.rules;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.wormholes.rules.expr.Cost;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;
import org.wormholes.rules.expr.TypeChecker;

/// A table that the nodes of a network keep together, which nobody can write to except as its rules
/// say: spec/protocol/tables.md.
///
/// @param owner the address of its owner, 56 characters, or empty. Owning gives no right that
///   `write` does not give
/// @param write conditions of [Scope#WRITE], all of which a write meets; together they cost no more
///   than [#MAX_COST]
/// @param replicas how many nodes keep each key
/// @param quorum how many of them must have taken a write for it to be done; more than half
/// @param expires the longest that a value is kept without being written again, whole seconds
/// @param limits the largest key and value
public record Table(
    String name,
    String owner,
    List<Expr> write,
    int replicas,
    int quorum,
    Duration expires,
    Limits limits) {
  public static final int MAX_CLAUSES = 64;
  public static final int MAX_REPLICAS = 16;

  /// The most steps ([Cost]) that checking one write may take: half a millisecond or so.
  public static final long MAX_COST = 500_000;

  public static final int DEFAULT_REPLICAS = 5;
  public static final int DEFAULT_QUORUM = 3;
  public static final Duration MIN_EXPIRES = Duration.ofMinutes(1);
  public static final Duration MAX_EXPIRES = Duration.ofDays(366);
  public static final Duration DEFAULT_EXPIRES = Duration.ofDays(7);

  /// @param key in bytes of UTF-8
  /// @param value in bytes
  public record Limits(int key, int value) {
    public static final int MAX_KEY = 255;
    public static final int MAX_VALUE = Fact.MAX_VALUE;
    public static final Limits DEFAULT = new Limits(MAX_KEY, 4096);

    public Limits {
      Checks.within("the size of a key", key, 1, MAX_KEY);
      Checks.within("the size of a value", value, 0, MAX_VALUE);
    }
  }

  public Table {
    Checks.name("a table", name);
    if (!owner.isEmpty() && !Network.isAddress(owner)) {
      throw new IllegalArgumentException("an owner must be an address of 56 characters");
    }
    Checks.within("the clauses of `write`", write.size(), 1, MAX_CLAUSES);
    write = List.copyOf(write);
    long cost = 0;
    for (Expr clause : write) {
      TypeChecker.checkedCondition(clause, Scope.WRITE);
      cost += Cost.of(clause);
    }
    if (cost > MAX_COST) {
      throw new IllegalArgumentException(
          "checking a write could take %d steps, at most %d are allowed".formatted(cost, MAX_COST));
    }
    Checks.within("replicas", replicas, 1, MAX_REPLICAS);
    Checks.within("a quorum", quorum, replicas / 2 + 1, replicas);
    Checks.within("the life of a value", expires, MIN_EXPIRES, MAX_EXPIRES);
    if (!expires.equals(expires.truncatedTo(ChronoUnit.SECONDS))) {
      throw new IllegalArgumentException("the life of a value must be whole seconds");
    }
  }

  /// A table of this name, kept as usual.
  public static Table of(String name, String owner, List<Expr> write) {
    return new Table(
        name, owner, write, DEFAULT_REPLICAS, DEFAULT_QUORUM, DEFAULT_EXPIRES, Limits.DEFAULT);
  }
}
