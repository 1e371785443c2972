package org.wormholes.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A flow with the marks it got so far, during one decision.
final class MarkedFlow extends MarkedFacts {
  private final Map<String, Integer> bits;
  private long marks;

  /// @param bits the number, below 64, of each mark there is
  MarkedFlow(FlowFacts flow, Map<String, Integer> bits) {
    super(flow);
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
      if (isMarked(name)) {
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
  protected boolean isMarked(String mark) {
    return (marks & bit(mark)) != 0;
  }
}
