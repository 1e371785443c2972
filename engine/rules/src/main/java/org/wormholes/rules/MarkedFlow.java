package org.wormholes.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;

/// A flow with the marks it got so far, during one decision.
final class MarkedFlow implements FactSource {
  private final FlowFacts flow;
  private final Map<String, Integer> bits;
  private long marks;

  /// @param bits the number, below 64, of each mark there is
  MarkedFlow(FlowFacts flow, Map<String, Integer> bits) {
    this.flow = flow;
    this.bits = bits;
  }

  void mark(Verdict verdict) {
    if (verdict instanceof Verdict.Mark(String name)) {
      marks |= bit(name);
    }
  }

  /// In the order the routes have them first.
  List<String> marks() {
    List<String> names = new ArrayList<>();
    for (String name : bits.keySet()) {
      if ((marks & bit(name)) != 0) {
        names.add(name);
      }
    }
    return names;
  }

  private long bit(String name) {
    Integer number = bits.get(name);
    return number == null ? 0 : 1L << number;
  }

  @Override
  public boolean yesNo(Fact fact, String of) {
    return fact == Fact.MARKED ? (marks & bit(of)) != 0 : flow.yesNo(fact, of);
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
