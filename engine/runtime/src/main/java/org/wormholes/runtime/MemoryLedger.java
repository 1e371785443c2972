package org.wormholes.runtime;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.wormholes.protocol.circuit.MemoryAccount;

/// The one account of every byte that peers and applications make this process keep: retained
/// stream bytes, queued cells, waiting datagrams. Near its limit the circuits that hold the oldest
/// bytes are closed until the account is down to nine tenths (after Tor's `MaxMemInQueues`,
/// dos-spec). What one turn of a loop may add before it is asked to give way fits into the
/// sixteenth that is kept free.
///
/// May be charged from any loop.
final class MemoryLedger implements MemoryAccount {
  private final long limitBytes;
  private final Runnable overLimit;
  private final AtomicLong used = new AtomicLong();
  private final AtomicLong unheard = new AtomicLong();
  private final AtomicLong highest = new AtomicLong();
  private final AtomicBoolean relieving = new AtomicBoolean();

  /// @param overLimit told once whenever [#isFull()] becomes true, until [#relieved()]; must not
  ///   block
  MemoryLedger(long limitBytes, Runnable overLimit) {
    this.limitBytes = limitBytes;
    this.overLimit = overLimit;
  }

  @Override
  public void charge(int bytes) {
    long now = used.addAndGet(bytes);
    if (now > highest.get()) {
      highest.accumulateAndGet(now, Math::max);
    }
    if (now > fullBytes() && relieving.compareAndSet(false, true)) {
      overLimit.run();
    }
  }

  @Override
  public void release(int bytes) {
    used.addAndGet(-bytes);
  }

  /// So many bytes more are kept by links until the peer has them, or fewer when negative.
  void unheard(int bytes) {
    unheard.addAndGet(bytes);
    if (bytes >= 0) {
      charge(bytes);
    } else {
      release(-bytes);
    }
  }

  /// From three quarters of the limit nobody's window grows any more.
  @Override
  public boolean isShort() {
    return used.get() > limitBytes / 4 * 3;
  }

  /// Whether somebody has to give way now.
  boolean isFull() {
    return used.get() > fullBytes();
  }

  private long fullBytes() {
    return limitBytes - limitBytes / 16;
  }

  /// Whether closing circuits must go on.
  boolean pressing() {
    return used.get() > limitBytes - limitBytes / 10;
  }

  void relieved() {
    relieving.set(false);
  }

  /// What links keep until the peer has it; part of [#usedBytes()].
  long unheardBytes() {
    return unheard.get();
  }

  long usedBytes() {
    return used.get();
  }

  long highestBytes() {
    return highest.get();
  }

  long limitBytes() {
    return limitBytes;
  }
}
