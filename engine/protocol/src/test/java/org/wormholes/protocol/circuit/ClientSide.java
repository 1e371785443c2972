package org.wormholes.protocol.circuit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Remembers what a circuit told its client.
final class ClientSide implements CircuitListener {
  final List<Host> addresses = new ArrayList<>();
  final List<Reason> unresolved = new ArrayList<>();
  final List<Duration> remembered = new ArrayList<>();
  final List<String> answers = new ArrayList<>();
  int resolved;
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
    resolved++;
  }

  @Override
  public void onAnswered(int query, byte[] message, Duration timeToLive) {
    answers.add(query + " " + HexFormat.of().formatHex(message) + " " + timeToLive.toSeconds());
  }

  @Override
  public void onUnresolved(int query, Reason reason, Duration timeToLive) {
    unresolved.add(reason);
    remembered.add(timeToLive);
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
