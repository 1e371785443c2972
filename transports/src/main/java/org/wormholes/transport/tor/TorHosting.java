package org.wormholes.transport.tor;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.bouncycastle.util.encoders.Base32;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.runtime.spi.GatewaySpeaker.Hosting;
import org.wormholes.runtime.spi.GatewaySpeaker.Phase;
import org.wormholes.runtime.spi.HostedService;

/// A service of ours as an onion service of the same address, under its own port and that of the
/// web. Its tor dials it; what comes does not pass through the engine.
final class TorHosting implements Hosting {
  private static final int WEB = 80;

  private final OnionService service;
  private final Consumer<TorHosting> whenClosed;
  private volatile @Nullable Tor tor;
  private volatile String refusal = "";
  private boolean closed;

  TorHosting(HostedService wanted, Consumer<TorHosting> whenClosed) {
    SortedSet<Integer> ports = new TreeSet<>(List.of(wanted.place().getPort()));
    ports.add(WEB);
    List<String> clients = wanted.clients().stream().map(TorHosting::clientKey).toList();
    this.service = new OnionService(wanted.key(), ports, wanted.place(), clients);
    this.whenClosed = whenClosed;
  }

  /// A node's key on Curve25519, as tor writes it.
  private static String clientKey(NodeId client) {
    return Base32.toBase32String(client.agreementKey()).replace("=", "");
  }

  /// From here on this tor keeps it up.
  synchronized void on(Tor running) {
    if (closed) {
      return;
    }
    tor = running;
    CompletableFuture<Void> taken = running.controller().publish(service);
    var _ =
        taken.whenComplete((done, failure) -> {
          if (failure != null) {
            refusal = String.valueOf(failure.getMessage());
          }
        });
  }

  @Override
  public String address() {
    return OnionAddress.of(service);
  }

  @Override
  public String problem() {
    Tor running = tor;
    if (running == null) {
      return "tor is not started yet";
    }
    if (running.controller().isFound(service)) {
      return "";
    }
    if (running.state().phase() != Phase.READY) {
      return running.state().detail();
    }
    return refusal.isEmpty() ? "no directory has its descriptor yet" : refusal;
  }

  @Override
  public synchronized void close() {
    closed = true;
    Tor running = tor;
    if (running != null) {
      running.controller().withdraw(service);
    }
    whenClosed.accept(this);
  }
}
