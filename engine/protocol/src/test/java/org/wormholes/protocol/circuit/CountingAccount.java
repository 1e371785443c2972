package org.wormholes.protocol.circuit;

/// Adds up what is held, and fails when more is released than was charged.
final class CountingAccount implements MemoryAccount {
  long held;
  long most;
  boolean isShort;

  @Override
  public void charge(int bytes) {
    held += bytes;
    most = Math.max(most, held);
  }

  @Override
  public void release(int bytes) {
    held -= bytes;
    if (held < 0) {
      throw new AssertionError("released more than was charged");
    }
  }

  @Override
  public boolean isShort() {
    return isShort;
  }
}
