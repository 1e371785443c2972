package org.wormholes.protocol.circuit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Remembers what a circuit told its client.
final class ClientSide implements CircuitListener {
  final List<Host> addresses = new ArrayList<>();
  final List<Reason> unresolved = new ArrayList<>();
  final List<Long> pongs = new ArrayList<>();
  int ready;
  @Nullable Reason closed;

  @Override
  public void onReady() {
    ready++;
  }

  @Override
  public void onResolved(int query, List<Host> answer, Duration timeToLive) {
    addresses.addAll(answer);
  }

  @Override
  public void onUnresolved(int query, Reason reason) {
    unresolved.add(reason);
  }

  @Override
  public void onPong(long roundTripNanos) {
    pongs.add(roundTripNanos);
  }

  @Override
  public void onClosed(Reason reason) {
    closed = reason;
  }
}
