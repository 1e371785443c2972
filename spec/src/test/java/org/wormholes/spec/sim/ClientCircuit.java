package org.wormholes.spec.sim;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.CircuitEnd;
import org.wormholes.protocol.circuit.StreamEnd;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.onion.ClientOnion;
import org.wormholes.protocol.onion.ClientSetup;
import org.wormholes.protocol.onion.HopKey;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// A circuit at the client.
final class ClientCircuit extends CircuitSide {
  private final SimClient client;
  private final CircuitEnd end;
  private final ClientSetup setup;
  private final long sentAt;
  private boolean setupSent;
  private @Nullable ClientOnion onion;
  private long wakeAt = Long.MAX_VALUE;
  private boolean over;

  ClientCircuit(SimClient client, SimLink link, CircuitEnd end, List<HopKey> path)
      throws WireException {
    super(client.world, link, link.session().nextCircuitId());
    this.client = client;
    this.end = end;
    long now = world.timeline().now();
    byte[] early = new byte[0];
    if (world.options().early()) {
      early = new byte[ClientSetup.earlyCapacity(path.size())];
      end.fill(early, 0, early.length, now);
      world.check(
          early.length > 4_096, "a set-up packet has room for " + early.length + " bytes only");
    }
    this.setup = ClientSetup.build(path, early, client.entropy);
    this.sentAt = now;
  }

  CircuitEnd end() {
    return end;
  }

  boolean isBuilt() {
    return onion != null && !over;
  }

  boolean isOver() {
    return over;
  }

  @Override
  void onCell(boolean large, int command, byte[] array, int offset, int length, boolean spoiled)
      throws WireException {
    long now = world.timeline().now();
    released(large);
    if (command == Cells.SETUP_REPLY && onion == null) {
      onion = setup.finish(array, offset);
      byte[] payload = setup.replyPayload();
      end.onPayload(payload, 0, payload.length, now);
      client.onBuilt(this, now - sentAt);
    } else if (command == Cells.RELAY && onion != null) {
      int at = onion.open(array, offset, length);
      end.onPayload(onion.opened(), at, Cells.payload(large), now);
    } else {
      throw new WireException("command " + command + " at the client");
    }
    world.dirty(link);
  }

  @Override
  boolean detects() {
    return true;
  }

  @Override
  void onDestroyed(LinkReason reason) {
    if (!over) {
      over = true;
      List<StreamEnd> left = new ArrayList<>(end.lost());
      client.onLost(this, left);
    }
  }

  /// Ends it on purpose.
  void retire() {
    over = true;
    end.lost();
    leave(LinkReason.FINISHED);
  }

  @Override
  boolean pull() {
    if (!setupSent) {
      setupSent = true;
      send(true, Cells.SETUP, setup.packet(), false);
      return true;
    }
    return onion != null && pullCell(onion);
  }

  private boolean pullCell(ClientOnion layers) {
    long now = world.timeline().now();
    if (!end.ready(now)) {
      planWake();
      return false;
    }
    boolean large = end.prefersLarge();
    if (!credit.maySend(large)) {
      return false;
    }
    int at = link.session().beginCell(large, Cells.RELAY, id);
    byte[] array = link.session().array();
    end.fill(array, at + Cells.PAYLOAD_OFFSET, Cells.payload(large), now);
    layers.seal(array, at, Cells.body(large));
    sent(large, false);
    return true;
  }

  private void planWake() {
    long deadline = end.deadline();
    if (deadline < Long.MAX_VALUE && deadline != wakeAt) {
      wakeAt = deadline;
      world.timeline().at(deadline, () -> world.dirty(link));
    }
  }
}
