package org.wormholes.spec.sim;

import org.wormholes.protocol.circuit.MemoryAccount;

/// Holds a party to its limit of memory.
final class LoggedAccount implements MemoryAccount {
  static final long LIMIT = 64L << 20;

  private final World world;
  private final String name;
  private long held;

  LoggedAccount(World world, String name) {
    this.world = world;
    this.name = name;
  }

  long held() {
    return held;
  }

  @Override
  public void charge(int bytes) {
    held += bytes;
    world.check(held <= LIMIT, name + " holds " + held + " bytes");
  }

  @Override
  public void release(int bytes) {
    held -= bytes;
    world.check(held >= 0, name + " released more than it held");
  }
}
