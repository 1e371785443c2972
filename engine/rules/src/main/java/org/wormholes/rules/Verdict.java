package org.wormholes.rules;

/// What becomes of a flow.
public sealed interface Verdict {
  Verdict REFUSE = new Refuse();
  Verdict DIRECT = new Direct();

  /// It goes through the tunnel of this name.
  record To(String tunnel) implements Verdict {
    public To {
      Checks.name("a tunnel", tunnel);
    }
  }

  /// It is refused.
  record Refuse() implements Verdict {}

  /// It goes out of this machine as it is, without any tunnel. Only ever because a ruleset says so.
  record Direct() implements Verdict {}
}
