package org.wormholes.rules;

/// What becomes of a flow that meets the condition of a route.
public sealed interface Verdict {
  Final REFUSE = new Refuse();
  Final DIRECT = new Direct();

  /// One that ends the search for a route.
  sealed interface Final extends Verdict {}

  /// It goes through the tunnel, the group or the gateway of this name.
  record To(String tunnel) implements Final {
    public To {
      Checks.name("a tunnel", tunnel);
    }
  }

  /// It is refused.
  record Refuse() implements Final {}

  /// It goes out of this machine as it is, without any tunnel. Only ever because a ruleset says so.
  record Direct() implements Final {}

  /// It bears this mark from here on, and goes on to the routes that follow.
  record Mark(String name) implements Verdict {
    public Mark {
      Checks.name("a mark", name);
    }
  }
}
