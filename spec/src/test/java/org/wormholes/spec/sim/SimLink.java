package org.wormholes.spec.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.link.FrameSink;
import org.wormholes.protocol.link.LinkHandshake;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.link.LinkSession;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// One end of a link over a [Wire]: the real handshake and session, and the circuits on them.
final class SimLink implements Wire.Receiver, FrameSink {
  private static final int MAX_CELLS_A_TURN = 4;

  final int number;

  /// Who is at the other end: the simulation knows, the machines do not.
  final Party remote;

  final Wire.End end;
  final boolean initiator;
  private final World world;
  private final Party owner;
  private final LinkHandshake handshake;
  private final Map<Integer, CircuitSide> circuits = new TreeMap<>();
  private final List<Runnable> whenUp = new ArrayList<>();
  private final List<Runnable> whenFailed = new ArrayList<>();
  private @Nullable LinkSession session;
  private boolean dead;
  private boolean wakePlanned;

  SimLink(
      World world,
      Party owner,
      Party remote,
      Wire.End end,
      LinkHandshake handshake,
      boolean initiator) {
    this.world = world;
    this.owner = owner;
    this.remote = remote;
    this.end = end;
    this.handshake = handshake;
    this.initiator = initiator;
    this.number = world.nextNumber();
    end.receiver(this);
  }

  void start() {
    handshake.start(end::send);
  }

  /// Calls the first when the link is up, the second when it fails before.
  void whenUp(Runnable up, Runnable failed) {
    if (isUp()) {
      up.run();
    } else if (dead) {
      failed.run();
    } else {
      whenUp.add(up);
      whenFailed.add(failed);
    }
  }

  boolean isUp() {
    return session != null && !dead;
  }

  @Override
  public boolean isDead() {
    return dead;
  }

  LinkSession session() {
    if (session == null) {
      throw new IllegalStateException("link is not up yet");
    }
    return session;
  }

  Optional<NodeId> peer() {
    return session == null ? Optional.empty() : session.peer();
  }

  void add(CircuitSide side) {
    circuits.put(side.id, side);
  }

  void remove(CircuitSide side) {
    circuits.remove(side.id);
  }

  void destroy(CircuitSide side, LinkReason reason) {
    if (circuits.remove(side.id) != null && isUp()) {
      session().destroy(side.id, reason);
      world.dirty(this);
    }
  }

  void directory(Bytes message) {
    if (isUp()) {
      session().directory(message.toArray(), 0, message.size());
      if (session().full()) {
        session().flush(end::send);
      }
      world.dirty(this);
    }
  }

  /// Gives the wire up.
  void kill() {
    if (!dead) {
      end.wire().breakNow();
      onBroken();
    }
  }

  // What the wire says.

  @Override
  public void onBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      if (session == null) {
        handshake.receive(in, end::send);
        if (handshake.done()) {
          session = handshake.session();
          world.dirty(this);
          whenFailed.clear();
          owner.onLinkUp(this);
          whenUp.forEach(Runnable::run);
        }
      }
      if (session != null && !dead) {
        session.receive(in, this);
      }
    } catch (WireException e) {
      world.note("link " + number + " refused: " + e.getMessage());
      kill();
    }
  }

  @Override
  public void onBroken() {
    if (dead) {
      return;
    }
    dead = true;
    for (CircuitSide side : new ArrayList<>(circuits.values())) {
      side.destroyed(LinkReason.LINK_LOST);
    }
    circuits.clear();
    owner.onLinkDown(this);
    whenFailed.forEach(Runnable::run);
  }

  // What the peer says.

  @Override
  public void onCell(
      boolean large, int command, int circuitId, byte[] array, int bodyOffset, int bodyLength)
      throws WireException {
    CircuitSide side = circuits.get(circuitId);
    if (side == null && command == Cells.SETUP && !session().isOwn(circuitId)) {
      side = owner.onSetup(this, circuitId);
      add(side);
    }
    if (side != null) {
      side.receive(large, command, array, bodyOffset, bodyLength);
    }
  }

  @Override
  public void onDestroy(int circuitId, LinkReason reason) {
    CircuitSide side = circuits.remove(circuitId);
    if (side != null) {
      side.destroyed(reason);
    }
  }

  @Override
  public void onCredit(int circuitId, int units) throws WireException {
    CircuitSide side = circuits.get(circuitId);
    if (side != null) {
      side.credit.granted(units);
      world.dirty(this);
    }
  }

  @Override
  public void onDirectory(byte[] array, int offset, int length) {
    owner.onDirectory(this, Bytes.of(array, offset, length));
  }

  @Override
  public void onPing(long nonce) {
    session().pong(nonce);
    world.dirty(this);
  }

  @Override
  public void onPong(long nonce) {}

  @Override
  public void onClose(LinkReason reason) {
    kill();
  }

  /// Lets circuits fill cells while the wire takes them, and sends what is there.
  void pump() {
    if (!isUp()) {
      return;
    }
    boolean moved = true;
    while (moved && end.isWritable() && isUp()) {
      moved = false;
      for (CircuitSide side : new ArrayList<>(circuits.values())) {
        for (int i = 0; i < MAX_CELLS_A_TURN && side.isHere() && side.pull(); i++) {
          moved = true;
        }
        if (isUp() && session().full()) {
          session().flush(end::send);
        }
      }
    }
    if (isUp()) {
      session().flush(end::send);
      planWake();
    }
  }

  private void planWake() {
    if (!wakePlanned && !end.isWritable()) {
      wakePlanned = true;
      world
          .timeline()
          .at(
              end.writableAt(),
              () -> {
                wakePlanned = false;
                world.dirty(this);
              });
    }
  }
}
