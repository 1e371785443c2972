package org.wormholes.runtime;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Part;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.StreamKey;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.Loop;

/// A split flow at the exit: waits until all its parts have come, then reaches the destination, as
/// for any flow, and joins it to them. One part that is wrong or missing ends all.
final class ExitSplit extends SplitBridge implements ExitDialer.Asker {
  /// How long the parts of a flow may be apart.
  private static final Duration JOIN_TIME = Duration.ofSeconds(10);

  private final Target target;
  private final Part first;
  private final ExitSplits table;
  private Loop.@Nullable Cancellable patience;
  private int joined;

  ExitSplit(Shard home, Target target, Part first, ExitSplits table) {
    super(home, first.count());
    this.target = target;
    this.first = first;
    this.table = table;
  }

  /// Begins to wait for the other parts; on the flow's loop.
  void start() {
    patience = home.after(JOIN_TIME, () -> fail(Reason.EXPIRED));
  }

  StreamKey key() {
    return first.flow();
  }

  /// Too many flows wait, and this one has for the longest time.
  void giveWay() {
    if (joined < parts.length) {
      fail(Reason.LIMIT);
    }
  }

  void add(SplitPart end, Target to, Part part) {
    if (isOver()) {
      end.end(Reason.GONE);
      return;
    }
    // split.md, "Joining": "A part that is there already, of another count or another target, ends
    // the flow."
    if (part.count() != parts.length || !to.equals(target) || parts[part.index()] != null) {
      end.end(Reason.PROTOCOL);
      fail(Reason.PROTOCOL);
      return;
    }
    parts[part.index()] = end;
    if (++joined == parts.length) {
      waitNoMore();
      new ExitDialer(home, target, this).start();
    }
  }

  private void waitNoMore() {
    table.remove(this);
    if (patience != null) {
      patience.cancel();
      patience = null;
    }
  }

  @Override
  public void onReached(Connection live, int family) {
    present().forEach(part -> part.connected(family));
    connected(live);
  }

  @Override
  public void onRefused(Reason reason) {
    fail(reason);
  }

  @Override
  void onPartConnected() {
    throw new IllegalStateException("an exit is not told that it is connected");
  }

  /// Nothing is said on a part before it is connected.
  @Override
  boolean mayBring() {
    return hasConnection();
  }

  @Override
  void onOver() {
    waitNoMore();
  }
}
