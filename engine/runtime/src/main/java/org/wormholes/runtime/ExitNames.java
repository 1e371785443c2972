package org.wormholes.runtime;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.wormholes.protocol.circuit.CircuitEnd;
import org.wormholes.protocol.circuit.Host;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.runtime.spi.NameFailure;
import org.wormholes.runtime.spi.Outside;

/// The questions about names of one circuit, at its exit. The exit's rules are asked about the
/// name, and about each address that an answer holds: a name must not lead a client to what its
/// flows may not reach.
final class ExitNames {
  private final ExitCircuit circuit;
  private final Shard shard;
  private final CircuitEnd end;

  ExitNames(ExitCircuit circuit) {
    this.circuit = circuit;
    this.shard = circuit.shard;
    this.end = circuit.end;
  }

  void resolve(int query, String name, int family) {
    if (!mayAsk(query, name)) {
      return;
    }
    ExitGate gate = shard.node.exitGate();
    shard
        .node
        .outside()
        .resolve(
            shard.loop,
            name,
            family,
            gate.resolvers(),
            new Outside.ResolveListener() {
              @Override
              public void onResolved(List<InetAddress> addresses, Duration timeToLive) {
                List<Host> told =
                    addresses.stream()
                        .filter(address -> gate.mayTell(name, address))
                        .map(address -> Host.of(address.getAddress()))
                        .toList();
                if (told.isEmpty() && !addresses.isEmpty()) {
                  fail(query, Reason.POLICY, timeToLive);
                } else if (!circuit.detached) {
                  end.resolved(query, told, timeToLive);
                  shard.flush();
                }
              }

              @Override
              public void onUnresolved(NameFailure why, Duration timeToLive) {
                fail(query, reason(why), timeToLive);
              }
            });
  }

  void ask(int query, NameQuestion question) {
    // The root has no name that a rule could ask for, and nothing but records about the root.
    if (!mayAsk(query, question.name().isEmpty() ? "root" : question.name())) {
      return;
    }
    ExitGate gate = shard.node.exitGate();
    shard
        .node
        .outside()
        .ask(
            shard.loop,
            question,
            gate.resolvers(),
            address -> gate.mayTell(question.name(), address),
            new Outside.AskListener() {
              @Override
              public void onAnswered(byte[] message, Duration timeToLive) {
                if (!circuit.detached) {
                  end.answered(query, message, timeToLive);
                  shard.flush();
                }
              }

              @Override
              public void onUnanswered(NameFailure why) {
                fail(query, reason(why), Duration.ZERO);
              }
            });
  }

  private boolean mayAsk(int query, String name) {
    if (!shard.node.exits()) {
      fail(query, Reason.UNSUPPORTED, Duration.ZERO);
      return false;
    }
    if (!shard.node.exitGate().mayAsk(name)) {
      fail(query, Reason.POLICY, Duration.ZERO);
      return false;
    }
    return true;
  }

  private void fail(int query, Reason reason, Duration timeToLive) {
    if (!circuit.detached) {
      end.unresolved(query, reason, timeToLive);
      shard.flush();
    }
  }

  static Reason reason(NameFailure why) {
    return switch (why) {
      case NOT_FOUND -> Reason.NAME_NOT_FOUND;
      case REFUSED -> Reason.POLICY;
      case TIMED_OUT -> Reason.TIMED_OUT;
      case FAILED -> Reason.NAME_FAILED;
      case LIMIT -> Reason.LIMIT;
    };
  }
}
