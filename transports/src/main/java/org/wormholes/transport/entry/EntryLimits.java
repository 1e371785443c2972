package org.wormholes.transport.entry;

import java.time.Duration;

/// What an entry grants to an application that has not yet said what it wants.
///
/// @param handshake time from connecting to the end of the request
/// @param keepAlive time an HTTP proxy connection may rest between two requests
/// @param maxHalfOpen connections of one entry that may be in that state; more are reset
/// @param maxAssociations UDP associations and forwarded UDP conversations of one entry
/// @param datagramIdle silence after which a forwarded UDP conversation is forgotten
public record EntryLimits(
    Duration handshake,
    Duration keepAlive,
    int maxHalfOpen,
    int maxAssociations,
    Duration datagramIdle) {
  /// Bytes of a request line, and of all headers together.
  static final int MAX_HEADER_BYTES = 8 * 1024;

  /// Bytes taken from an application before its flow is answered.
  static final int MAX_EARLY_BYTES = 16 * 1024;

  public static EntryLimits defaults() {
    return new EntryLimits(
        Duration.ofSeconds(10), Duration.ofSeconds(60), 16_384, 1024, Duration.ofSeconds(90));
  }

  public EntryLimits withHandshake(Duration time) {
    return new EntryLimits(time, keepAlive, maxHalfOpen, maxAssociations, datagramIdle);
  }

  public EntryLimits withKeepAlive(Duration time) {
    return new EntryLimits(handshake, time, maxHalfOpen, maxAssociations, datagramIdle);
  }

  public EntryLimits withMaxHalfOpen(int connections) {
    return new EntryLimits(handshake, keepAlive, connections, maxAssociations, datagramIdle);
  }

  public EntryLimits withDatagramIdle(Duration time) {
    return new EntryLimits(handshake, keepAlive, maxHalfOpen, maxAssociations, time);
  }
}
