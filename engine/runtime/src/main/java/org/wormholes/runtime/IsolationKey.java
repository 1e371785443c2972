package org.wormholes.runtime;

import org.wormholes.rules.Isolation;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowRequest;

/// Flows with equal keys may share a circuit; flows with different ones never do.
///
/// @param lane which of several circuits side by side; 0 where there is one
record IsolationKey(String user, String password, String destination, int lane) {
  static IsolationKey of(Isolation rule, FlowRequest request, EntrySpec.Target target, int lane) {
    FlowRequest.Credentials who = request.credentials().orElse(new FlowRequest.Credentials("", ""));
    return new IsolationKey(
        rule.byUser() ? who.user() : "",
        rule.byUser() ? who.password() : "",
        rule.byDestination() ? target.host() + ":" + target.port() : "",
        lane);
  }

  /// Redacted: it holds credentials and a destination.
  @Override
  public String toString() {
    return "IsolationKey[redacted]";
  }
}
