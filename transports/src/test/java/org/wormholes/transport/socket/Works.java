package org.wormholes.transport.socket;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.wormholes.transport.socket.NettyOptions.Polling;

/// Leaves a test out, and says why, where the system has no such interface or forbids it.
public final class Works {
  private Works() {}

  public static void here(Polling polling) {
    polling
        .unavailable()
        .ifPresent(why -> {
          System.out.printf("left out on this machine: %s, %s%n", polling.word(), why);
          assumeTrue(false, () -> polling.word() + ": " + why);
        });
  }
}
