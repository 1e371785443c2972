package org.wormholes.transport.entry;

import org.wormholes.runtime.spi.FlowAcceptor.Refusal;

/// One proxy protocol on one connection.
interface Dialect {
  /// A decoded message arrived. The dialect owns it.
  void onMessage(Object message);

  /// Says that the flow is open and leaves the pipeline, so that bare bytes flow from now on.
  void sayAccepted();

  /// Says why the flow is not opened; the connection ends after it.
  void sayRefused(Refusal refusal);

  /// The same, with a reason for those whose protocol has words.
  default void sayRefused(Refusal refusal, String why) {
    sayRefused(refusal);
  }
}
