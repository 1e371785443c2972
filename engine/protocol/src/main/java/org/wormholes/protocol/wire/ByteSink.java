package org.wormholes.protocol.wire;

/// Takes bytes that are ready for the carrier. The array belongs to the caller and is valid only
/// during the call: who keeps the bytes copies them.
@FunctionalInterface
public interface ByteSink {
  void write(byte[] array, int offset, int length);
}
