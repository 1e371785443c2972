package org.wormholes.runtime;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.rules.Group;
import org.wormholes.rules.Protocol;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Loop;

/// A flow on its way through a group. Where a member cannot open it, the next one is asked; the
/// application has had no answer by then, so nothing is lost.
final class GroupFlow implements FlowAcceptor.PendingFlow {
  private final RunningGroup group;
  private final Shard shard;
  private final FlowRequest request;
  private final Target target;
  private final FlowAcceptor.PendingFlow asked;
  private final Set<Integer> tried = new HashSet<>();
  private int member;
  private String why = "";
  private boolean left;

  GroupFlow(
      RunningGroup group,
      Shard shard,
      FlowRequest request,
      Target target,
      FlowAcceptor.PendingFlow asked) {
    this.group = group;
    this.shard = shard;
    this.request = request;
    this.target = target;
    this.asked = asked;
  }

  void open() {
    if (group.rule.kind() == Group.Kind.SPLIT) {
      new SplitOpening(group, shard, request, target, asked).open();
      return;
    }
    Optional<RunningGroup.Slot> slot = group.take(request.target(), Protocol.TCP, tried);
    if (slot.isPresent()) {
      member = slot.get().member();
      tried.add(member);
      slot.get().way().open(slot.get().lane(), shard, request, target, this, slot.get()::left);
    } else if (group.allows(request.target(), Protocol.TCP)) {
      asked.refuse(
          FlowAcceptor.Refusal.GENERAL_FAILURE,
          why.isEmpty() ? "all of group " + group.rule.name() + " is down" : why);
    } else {
      Switchboard.refuse(shard, asked);
    }
  }

  @Override
  public Loop loop() {
    return asked.loop();
  }

  @Override
  public Connection accept(ConnectionHandler handler) {
    return asked.accept(handler);
  }

  @Override
  public boolean mayTalkFirst() {
    return asked.mayTalkFirst();
  }

  @Override
  public void refuse(FlowAcceptor.Refusal refusal) {
    refuse(refusal, "");
  }

  @Override
  public void refuse(FlowAcceptor.Refusal refusal, String told) {
    if (left || !group.members.get(member).isToBlame(refusal)) {
      refuseNow(refusal, told);
      return;
    }
    why = told;
    group.suspect(member);
    open();
  }

  private void refuseNow(FlowAcceptor.Refusal refusal, String told) {
    if (told.isEmpty()) {
      asked.refuse(refusal);
    } else {
      asked.refuse(refusal, told);
    }
  }

  @Override
  public void onGone(Runnable gone) {
    asked.onGone(() -> {
      left = true;
      gone.run();
    });
  }
}
