package org.wormholes.rules;

import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;

/// A flow as routes see it that come after others: with the marks those gave it.
public abstract class MarkedFacts implements FactSource {
  private final FactSource flow;

  protected MarkedFacts(FactSource flow) {
    this.flow = flow;
  }

  /// Whether a route gave it this mark.
  protected abstract boolean isMarked(String mark);

  @Override
  public final boolean yesNo(Fact fact, String of) {
    return fact == Fact.MARKED ? isMarked(of) : flow.yesNo(fact, of);
  }

  @Override
  public final double quantity(Fact fact, String of) {
    return flow.quantity(fact, of);
  }

  @Override
  public final boolean yesNo(Fact fact) {
    return flow.yesNo(fact);
  }

  @Override
  public final double quantity(Fact fact) {
    return flow.quantity(fact);
  }

  @Override
  public final String text(Fact fact) {
    return flow.text(fact);
  }

  @Override
  public final @Nullable Address address(Fact fact) {
    return flow.address(fact);
  }
}
