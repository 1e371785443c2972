package org.wormholes.runtime.control;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;

/// A flow with the marks that routes gave it.
record MarkedFacts(FactSource flow, Set<String> marks) implements FactSource {
  @Override
  public boolean yesNo(Fact fact, String of) {
    return fact == Fact.MARKED ? marks.contains(of) : flow.yesNo(fact, of);
  }

  @Override
  public double quantity(Fact fact, String of) {
    return flow.quantity(fact, of);
  }

  @Override
  public boolean yesNo(Fact fact) {
    return flow.yesNo(fact);
  }

  @Override
  public double quantity(Fact fact) {
    return flow.quantity(fact);
  }

  @Override
  public String text(Fact fact) {
    return flow.text(fact);
  }

  @Override
  public @Nullable Address address(Fact fact) {
    return flow.address(fact);
  }
}
