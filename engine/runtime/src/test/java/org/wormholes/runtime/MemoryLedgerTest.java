package org.wormholes.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MemoryLedgerTest {
  private final AtomicInteger alarms = new AtomicInteger();
  private final MemoryLedger ledger = new MemoryLedger(1_000, alarms::incrementAndGet);

  @Test
  void beingFullIsToldOnceUntilItIsRelieved() {
    ledger.charge(938);
    assertThat(alarms).hasValue(0);
    ledger.charge(1);
    ledger.charge(500);
    assertThat(alarms).hasValue(1);
    ledger.release(700);
    ledger.relieved();
    ledger.charge(500);
    assertThat(alarms).hasValue(2);
  }

  @Test
  void pressesDownToNineTenths() {
    ledger.charge(901);
    assertThat(ledger.pressing()).isTrue();
    ledger.release(1);
    assertThat(ledger.pressing()).isFalse();
  }

  @Test
  void isShortFromThreeQuarters() {
    ledger.charge(750);
    assertThat(ledger.isShort()).isFalse();
    ledger.charge(1);
    assertThat(ledger.isShort()).isTrue();
  }

  @Test
  void remembersTheHighest() {
    ledger.charge(800);
    ledger.release(800);
    assertThat(ledger.usedBytes()).isZero();
    assertThat(ledger.highestBytes()).isEqualTo(800);
  }
}
