package org.wormholes.rules;

import org.jspecify.annotations.Nullable;
import org.wormholes.rules.ExitDecision.Cause;
import org.wormholes.rules.ExitDecision.Outcome;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Host;
import org.wormholes.rules.expr.Interpreter;
import org.wormholes.rules.expr.Predicate;
import org.wormholes.rules.expr.Predicates;
import org.wormholes.rules.expr.SpecialNames;

/// Decides what may be reached from an exit.
///
/// A published service is met at a relay and needs no exit: no clause is asked about a stream to
/// one. Else the order of clauses does not matter:
///
/// 1. a name of another network ([SpecialNames]) is refused unless an `allow` clause matches *and
///    names it*, as `host.under? "onion"` does: no resolver is asked for it by accident; a node
///    whose operator gave it name servers of its own leaves that to whoever asks;
/// 2. a `refuse` clause that matches refuses;
/// 3. an address that is not public (private, loopback, link-local, multicast, unspecified, shared,
///    documentation, reserved; also where an IPv6 address carries it) is refused unless an `allow`
///    clause matches *and names it*;
/// 4. where there are `allow` clauses, one of them must match;
/// 5. anything else is allowed.
///
/// A clause names an address by asking in the positive for its kind (`address.private?`), for the
/// address itself, or for a range that lies wholly inside one non-public block (`10.1.0.0/16` does,
/// `0.0.0.0/0` does not). What stands under `!`, or in the condition of an `if`, names nothing.
///
/// A name is decided twice: before it is resolved, where a clause that asks for the address counts
/// only as far as it is settled without it; and then, with the name still known, for each address
/// it resolved to. So a name cannot lead into a LAN. The same address must then be connected to,
/// not the name. Odd spellings of IPv4 addresses never get here as names: see `Host`. Immutable,
/// thread-safe.
public final class ExitPolicy {
  private static final int MAX_COMPILED = 64;

  /// Stands for any name (RFC 6761 section 6.4).
  private static final Host NOBODYS = new Host.Name("a-name-that-nobody-has.invalid");

  private static final ExitDecision BY_DEFAULT = bare(Outcome.ALLOW, Cause.PUBLIC_ADDRESS);
  private static final ExitDecision NOT_ALLOWED = bare(Outcome.REFUSE, Cause.NOT_ALLOWED);
  private static final ExitDecision NOT_PUBLIC = bare(Outcome.REFUSE, Cause.NOT_PUBLIC);
  private static final ExitDecision NOT_IN_DNS = bare(Outcome.REFUSE, Cause.NOT_IN_DNS);
  private static final ExitDecision NO_DATAGRAMS = bare(Outcome.REFUSE, Cause.NO_DATAGRAMS);
  private static final ExitDecision TO_SERVICE = bare(Outcome.ALLOW, Cause.SERVICE);
  private static final ExitDecision UNRESOLVED = bare(Outcome.RESOLVE, Cause.UNRESOLVED);

  private final Exit exit;
  private final Predicate[] conditions;
  private final ExitDecision[] decisions; // of each clause, where it decides
  private final boolean allowsByClause;

  private final boolean asksAnything;
  private final boolean meetsServices;

  private ExitPolicy(Exit exit, boolean asksAnything, boolean meetsServices) {
    this.exit = exit;
    this.meetsServices = meetsServices;
    this.asksAnything = asksAnything;
    int size = exit.clauses().size();
    conditions = new Predicate[size];
    decisions = new ExitDecision[size];
    for (int i = 0; i < size; i++) {
      ExitClause clause = exit.clauses().get(i);
      conditions[i] =
          i < MAX_COMPILED
              ? Predicates.compile(clause.condition())
              : Predicates.interpret(clause.condition());
      decisions[i] =
          clause.allows()
              ? new ExitDecision(Outcome.ALLOW, Cause.ALLOWED, i)
              : new ExitDecision(Outcome.REFUSE, Cause.REFUSED, i);
    }
    allowsByClause = exit.clauses().stream().anyMatch(ExitClause::allows);
  }

  /// As a ruleset has it.
  public static ExitPolicy of(Exit exit) {
    return new ExitPolicy(exit, false, true);
  }

  /// As the node that is the exit has it.
  public static ExitPolicy ofNode(Exit exit) {
    return new ExitPolicy(exit, exit.resolve() instanceof Resolve.ByServers, false);
  }

  private static ExitDecision bare(Outcome outcome, Cause cause) {
    return new ExitDecision(outcome, cause, ExitDecision.NO_CLAUSE);
  }

  /// The decision. Never [Outcome#ALLOW] while the address is not known, but for a service.
  public ExitDecision decide(ExitFacts facts) {
    if (meetsServices && SpecialNames.isService(facts.host())) {
      return facts.protocol() == Protocol.TCP ? TO_SERVICE : NOT_IN_DNS;
    }
    // What leaves into a gateway is named there, and asked of no resolver.
    boolean beyond = !exit.vias().isEmpty() && exit.via(facts).isPresent();
    if (!beyond && !mayBeAsked(facts.host())) {
      return NOT_IN_DNS;
    }
    if (beyond && facts.isOfDatagrams()) {
      return NO_DATAGRAMS;
    }
    Address address = facts.address();
    return address == null ? beforeResolution(facts) : decide(facts, address);
  }

  private ExitDecision decide(ExitFacts facts, Address address) {
    boolean open = AddressKind.of(address) == AddressKind.PUBLIC;
    ExitDecision allowed = null;
    boolean matched = false;
    for (int i = 0; i < conditions.length; i++) {
      boolean allows = decisions[i].allows();
      if ((allows && allowed != null) || !conditions[i].test(facts)) {
        continue;
      }
      if (!allows) {
        return decisions[i];
      }
      matched = true;
      if (open || Naming.names(exit.clauses().get(i).condition(), facts, address)) {
        allowed = decisions[i];
      }
    }
    if (allowed != null) {
      return allowed;
    }
    if (allowsByClause && !matched) {
      return NOT_ALLOWED;
    }
    return open ? BY_DEFAULT : NOT_PUBLIC;
  }

  /// Whether somebody who asks about a name may be told that it exists, or that it has `address`:
  /// where some flow to it might be let through. No port and no protocol is known yet; a clause
  /// that asks for them counts only as far as it is settled without.
  ///
  /// @param address one that the name has, or null for the name alone
  public boolean mayAnswer(Host host, @Nullable Address address) {
    if (!mayBeAsked(host)) {
      return false;
    }
    ExitFacts asked = ExitFacts.asked(host, 0, Protocol.TCP);
    ExitFacts facts = address == null ? asked : asked.resolved(address);
    boolean open = address == null || AddressKind.of(address) == AddressKind.PUBLIC;
    boolean possible = !allowsByClause && open;
    for (int i = 0; i < conditions.length; i++) {
      Expr condition = exit.clauses().get(i).condition();
      Boolean value = settled(condition, facts, true);
      if (decisions[i].refuses() && Boolean.TRUE.equals(value)) {
        return false;
      }
      if (decisions[i].allows() && !Boolean.FALSE.equals(value)) {
        possible |= open || (address != null && Naming.names(condition, facts, address));
      }
    }
    return possible;
  }

  private boolean mayBeAsked(Host host) {
    return asksAnything
        || !SpecialNames.has(host)
        || exit.clauses().stream()
            .filter(ExitClause::allows)
            .anyMatch(clause -> isNamed(clause.condition(), host));
  }

  /// Whether a condition holds for this name, or may, and not for one that nobody has thought of.
  private static boolean isNamed(Expr condition, Host name) {
    ExitFacts asked = ExitFacts.asked(name, 0, Protocol.TCP);
    ExitFacts other = ExitFacts.asked(NOBODYS, 0, Protocol.TCP);
    return !Boolean.FALSE.equals(settled(condition, asked, true))
        && Boolean.FALSE.equals(settled(condition, other, true));
  }

  private ExitDecision beforeResolution(ExitFacts facts) {
    boolean possible = !allowsByClause;
    for (int i = 0; i < conditions.length; i++) {
      Boolean value = settled(exit.clauses().get(i).condition(), facts, false);
      if (decisions[i].refuses() && Boolean.TRUE.equals(value)) {
        return decisions[i];
      }
      possible |= decisions[i].allows() && !Boolean.FALSE.equals(value);
    }
    return possible ? UNRESOLVED : NOT_ALLOWED;
  }

  /// The value of a condition where it does not hang on what is not known, otherwise null.
  ///
  /// @param anyPort whether port and protocol are not known
  private static @Nullable Boolean settled(Expr condition, ExitFacts facts, boolean anyPort) {
    return switch (condition) {
      case Expr.Not(Expr value) -> {
        Boolean inner = settled(value, facts, anyPort);
        yield inner == null ? null : !inner;
      }
      case Expr.And(var all) -> settled(all, facts, anyPort, false);
      case Expr.Or(var any) -> settled(any, facts, anyPort, true);
      case Expr.Choose(Expr question, Expr then, Expr otherwise) -> {
        Boolean asked = settled(question, facts, anyPort);
        Boolean first = Boolean.FALSE.equals(asked) ? null : settled(then, facts, anyPort);
        Boolean second = Boolean.TRUE.equals(asked) ? null : settled(otherwise, facts, anyPort);
        if (asked != null) {
          yield asked ? first : second;
        }
        boolean same = first != null && first.equals(second);
        yield same ? first : null;
      }
      default -> {
        boolean open =
            (facts.address() == null && condition.asksFor(Fact.ADDRESS))
                || (anyPort && (condition.asksFor(Fact.PORT) || condition.asksFor(Fact.PROTOCOL)));
        yield open ? null : Interpreter.yesNo(condition, facts);
      }
    };
  }

  /// One part that is `absorbing` settles the whole; otherwise all parts must be settled.
  private static @Nullable Boolean settled(
      Iterable<Expr> parts, ExitFacts facts, boolean anyPort, boolean absorbing) {
    boolean open = false;
    for (Expr part : parts) {
      Boolean value = settled(part, facts, anyPort);
      if (value == null) {
        open = true;
      } else if (value == absorbing) {
        return absorbing;
      }
    }
    return open ? null : !absorbing;
  }
}
