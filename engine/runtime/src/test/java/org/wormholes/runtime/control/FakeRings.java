package org.wormholes.runtime.control;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// A ring of four that always looks the same, and notes what it was asked.
final class FakeRings implements RingControl {
  private static final RingPeerView SELF = peer("a", "5a", 0);
  private static final RingPeerView NEXT = peer("b", "93", 3);
  private static final RingPeerView FAR = peer("c", "d0", 40);
  private static final RingPeerView BEFORE = peer("d", "12", 7);
  private static final RingView RING =
      new RingView(
          "home",
          "wn1-" + "0".repeat(64),
          true,
          SELF,
          Optional.of(BEFORE),
          List.of(NEXT, FAR, BEFORE),
          List.of(FAR));

  final List<String> asked = new ArrayList<>();

  private static RingPeerView peer(String letter, String digits, int milliseconds) {
    return new RingPeerView(
        digits.repeat(32),
        letter.repeat(56),
        letter.repeat(8),
        Optional.of(Duration.ofMillis(milliseconds)).filter(time -> !time.isZero()));
  }

  private <T> CompletionStage<T> asked(String what, Optional<String> network, T answer) {
    asked.add((what.contains("%") ? what : what + " %").replace("%", network.orElse("?")));
    return CompletableFuture.completedFuture(answer);
  }

  @Override
  public List<RingView> rings() {
    return List.of(RING);
  }

  @Override
  public CompletionStage<RingView> view(Optional<String> network) {
    return asked("view", network, RING);
  }

  @Override
  public CompletionStage<RingView> create(Optional<String> network) {
    return asked("create", network, RING);
  }

  @Override
  public CompletionStage<RingView> join(Optional<String> network, Optional<String> through) {
    return asked("join %" + through.map(it -> " through " + it).orElse(""), network, RING);
  }

  @Override
  public CompletionStage<RingView> leave(Optional<String> network) {
    return asked(
        "leave",
        network,
        new RingView("home", RING.id(), false, SELF, Optional.empty(), List.of(), List.of()));
  }

  @Override
  public CompletionStage<RingLookupView> lookup(Optional<String> network, String key) {
    return asked(
        "lookup % " + key,
        network,
        new RingLookupView(
            key, "70".repeat(32), NEXT, List.of(FAR, BEFORE, SELF), 2, Duration.ofMillis(43)));
  }

  @Override
  public CompletionStage<RingPingView> ping(Optional<String> network, String node) {
    return asked("ping % " + node, network, new RingPingView(NEXT, Duration.ofMillis(3)));
  }

  @Override
  public CompletionStage<RingCastView> cast(Optional<String> network, String text) {
    return text.isEmpty()
        ? CompletableFuture.failedFuture(new IOException("a text has 1 to 1024 bytes"))
        : asked("cast % " + text, network, new RingCastView("home", 3));
  }
}
