package org.wormholes.runtime;

import java.util.concurrent.RejectedExecutionException;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Host;
import org.wormholes.runtime.local.LocalClient;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;

/// A stream on its way to its verdict, under the rules of the moment it came in. What a rule asks
/// and what takes time to find out is found out when a rule on the flow's own way asks it, and then
/// the rules are asked again; a flow of which nothing more is asked is decided at once.
final class Admission {
  private final Switchboard rules;
  private final Shard shard;
  private final FlowRequest request;
  private final Target target;
  private final Clues clues;
  private FlowAcceptor.PendingFlow pending;

  private Admission(
      Switchboard rules,
      Shard shard,
      FlowRequest request,
      Target target,
      Clues clues,
      FlowAcceptor.PendingFlow pending) {
    this.rules = rules;
    this.shard = shard;
    this.request = request;
    this.target = target;
    this.clues = clues;
    this.pending = pending;
  }

  static void of(
      Switchboard rules,
      Shard shard,
      FlowRequest request,
      Target target,
      Host host,
      FlowAcceptor.PendingFlow pending) {
    Clues clues = new Clues(shard.node.countries(), host);
    new Admission(rules, shard, request, target, clues, pending).decide();
  }

  private void decide() {
    Verdict.Final verdict = rules.decide(request, request.target(), Protocol.TCP, clues);
    if (clues.wantsClient()) {
      findClient();
    } else if (clues.wantsNames()) {
      listen();
    } else {
      rules.carryOut(verdict, shard, request, target, pending);
    }
  }

  private void findClient() {
    try {
      shard
          .node
          .lookups()
          .execute(() -> {
            LocalClient client = shard.node.localClients().find(request.application());
            shard.run(() -> {
              clues.found(client);
              decide();
            });
          });
    } catch (RejectedExecutionException e) {
      // Too many wait: who it is stays unknown, and what is not known is not let through by guess.
      Switchboard.refuse(shard, pending);
    }
  }

  private void listen() {
    if (!pending.mayTalkFirst()) {
      clues.found(org.wormholes.runtime.sniff.Names.NONE);
      decide();
      return;
    }
    pending =
        Eavesdrop.on(
            shard,
            pending,
            said -> {
              clues.found(said);
              decide();
            });
  }

  /// The destination of a request, where an entry does not say it.
  static EntrySpec.Target target(FlowRequest request) {
    return request.entry().forward().orElse(request.target());
  }
}
