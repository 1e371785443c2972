package org.wormholes.protocol.circuit;

/// Counts the bytes that streams and flows hold on to. One account usually serves the whole
/// process, so it must be safe for use from every loop; it is called once per chunk of 16 or 64
/// KiB, never per cell.
public interface MemoryAccount {
  /// An account that counts nothing and is never short.
  MemoryAccount UNLIMITED =
      new MemoryAccount() {
        @Override
        public void charge(int bytes) {}

        @Override
        public void release(int bytes) {}
      };

  /// `bytes` more are held.
  void charge(int bytes);

  /// `bytes` are given back. Each charge is released exactly once.
  void release(int bytes);

  /// Whether memory is short: windows stop growing, streams that stand still take one small chunk
  /// at most, and those that move go on with a quarter of a megabyte. Who must give way (the
  /// circuit with the oldest queued bytes) is decided by the owner of the account.
  default boolean isShort() {
    return false;
  }
}
