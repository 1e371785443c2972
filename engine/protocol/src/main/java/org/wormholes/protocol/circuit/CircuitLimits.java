package org.wormholes.protocol.circuit;

/// The bounds of one end of a circuit.
///
/// @param maxStreams streams open at a time, also the number of claims that may wait for an answer
/// @param maxDatagramFlows datagram flows open at a time
/// @param maxWindowBytes what a peer may send on one stream before the application has consumed it;
///   windows start at [#INITIAL_WINDOW] and grow to this
/// @param maxUnsentBytes what one stream queues that was never sent
/// @param maxCongestionBytes what may be under way on the circuit
public record CircuitLimits(
    int maxStreams,
    int maxDatagramFlows,
    int maxWindowBytes,
    int maxUnsentBytes,
    int maxCongestionBytes) {
  /// The window of a fresh stream in bytes, known to both ends without being said.
  public static final int INITIAL_WINDOW = 256 << 10;

  /// No window may ever be wider; a peer that grants more breaks the protocol.
  public static final int MAX_WINDOW = 16 << 20;

  /// Questions for a name that may wait for an answer, per circuit.
  public static final int MAX_RESOLVES = 64;

  /// Bytes of datagrams that wait in one flow before new ones are dropped.
  public static final int MAX_DATAGRAM_QUEUE = 64 << 10;

  /// The longest datagram in bytes; it needs a large cell. Up to 1,300 bytes always fit a small
  /// one.
  public static final int MAX_DATAGRAM = 15_872;

  /// What suits both clients and exits.
  public static final CircuitLimits DEFAULT =
      new CircuitLimits(16_384, 1_024, 4 << 20, 512 << 10, 16 << 20);

  /// What one part of a split flow queues unsent: little, so that the next bytes go over whichever
  /// circuit is free first.
  private static final int MAX_UNSENT_PART = 64 << 10;

  public CircuitLimits {
    if (maxStreams < 1 || maxDatagramFlows < 0) {
      throw new IllegalArgumentException("at least one stream must be allowed");
    }
    if (maxWindowBytes < INITIAL_WINDOW || maxWindowBytes > MAX_WINDOW) {
      throw new IllegalArgumentException(
          "window must be " + INITIAL_WINDOW + ".." + MAX_WINDOW + ", was " + maxWindowBytes);
    }
    if (maxUnsentBytes < 16 << 10) {
      throw new IllegalArgumentException("unsent bytes must be at least 16 KiB");
    }
    if (maxCongestionBytes < 256 << 10) {
      throw new IllegalArgumentException("congestion window must be at least 256 KiB");
    }
  }

  CircuitLimits forParts() {
    return new CircuitLimits(
        maxStreams,
        maxDatagramFlows,
        maxWindowBytes,
        Math.min(maxUnsentBytes, MAX_UNSENT_PART),
        maxCongestionBytes);
  }
}
