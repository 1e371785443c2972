package org.wormholes.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.ring.Responsible;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.ring.RingPeer;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.runtime.control.RingCastView;
import org.wormholes.runtime.control.RingControl;
import org.wormholes.runtime.control.RingLookupView;
import org.wormholes.runtime.control.RingPeerView;
import org.wormholes.runtime.control.RingPingView;
import org.wormholes.runtime.control.RingView;

/// What people ask of the rings of a node.
final class RingDesk implements RingControl {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

  private final Node node;

  RingDesk(Node node) {
    this.node = node;
  }

  @Override
  public List<RingView> rings() {
    return node.networks().all().stream()
        .sorted(
            Comparator.comparing((NetworkHost host) -> host.rules().name())
                .thenComparing(NetworkHost::id))
        .map(host -> view(host, host.ring().view()))
        .toList();
  }

  @Override
  public CompletionStage<RingView> view(Optional<String> network) {
    return on(network, host -> CompletableFuture.completedFuture(view(host, host.ring().view())));
  }

  @Override
  public CompletionStage<RingView> create(Optional<String> network) {
    return on(network, host -> host.ring().create().thenApply(now -> view(host, now)));
  }

  @Override
  public CompletionStage<RingView> join(Optional<String> network, Optional<String> through) {
    if (through.isEmpty()) {
      return on(network, host -> join(host, Optional.empty()));
    }
    return named(
        through.get(),
        id ->
            on(
                network,
                host -> {
                  if (through.get().contains("@")) {
                    host.introductions().add(List.of(through.get()));
                  }
                  return join(host, Optional.of(id));
                }));
  }

  private CompletionStage<RingView> join(NetworkHost host, Optional<NodeId> through) {
    return host.ring().join(through).thenApply(now -> view(host, now));
  }

  private static <T> CompletionStage<T> named(
      String member, Function<NodeId, CompletionStage<T>> question) {
    try {
      return question.apply(Networks.friend(member));
    } catch (WireException e) {
      return CompletableFuture.failedFuture(
          new IOException("a member is named by its address: " + e.getMessage(), e));
    }
  }

  @Override
  public CompletionStage<RingView> leave(Optional<String> network) {
    return on(network, host -> host.ring().leave().thenApply(now -> view(host, now)));
  }

  @Override
  public CompletionStage<RingLookupView> lookup(Optional<String> network, String key) {
    return on(
        network,
        host -> {
          RingId id = id(host, key);
          long began = System.nanoTime();
          return host.ring()
              .lookup(id)
              .thenApply(found -> lookup(key, found, Duration.ofNanos(System.nanoTime() - began)));
        });
  }

  @Override
  public CompletionStage<RingPingView> ping(Optional<String> network, String member) {
    return named(
        member,
        id ->
            on(
                network,
                host -> {
                  RingPeer peer = host.ring().peer(id);
                  return host.ring()
                      .ping(peer)
                      .thenApply(took -> new RingPingView(peer(peer), took));
                }));
  }

  @Override
  public CompletionStage<RingCastView> cast(Optional<String> network, String text) {
    return on(
        network,
        host ->
            host.ring().cast(text).thenApply(told -> new RingCastView(host.rules().name(), told)));
  }

  /// Where a key stands.
  static RingId id(NetworkHost host, String key) {
    if (ID.matcher(key).matches()) {
      return RingId.decode(Bytes.ofHex(key).toArray(), 0);
    }
    if (key.length() == NodeId.ADDRESS_CHARS) {
      try {
        return host.ring().peer(NodeId.parse(key)).id();
      } catch (WireException notAnAddress) {
        return hashed(key);
      }
    }
    return hashed(key);
  }

  private static RingId hashed(String key) {
    return RingId.decode(Hash.sha256(key.getBytes(StandardCharsets.UTF_8)), 0);
  }

  private <T> CompletionStage<T> on(
      Optional<String> network, Function<NetworkHost, CompletionStage<T>> question) {
    try {
      return question
          .apply(meant(network))
          .toCompletableFuture()
          .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private NetworkHost meant(Optional<String> network) throws IOException {
    List<NetworkHost> fit =
        node.networks().all().stream()
            .filter(host ->
                network.isEmpty()
                    || host.rules().name().equals(network.get())
                    || host.rules().id().equals(network.get()))
            .toList();
    if (fit.size() == 1) {
      return fit.getFirst();
    }
    throw new IOException(
        fit.isEmpty()
            ? network
                .map(name -> "this node belongs to no network " + name)
                .orElse("this node belongs to no network")
            : network
                .map(name -> "several networks are called " + name + ": name one by its id")
                .orElse("this node belongs to several networks: say which"));
  }

  private RingView view(NetworkHost host, RingHost.View now) {
    return new RingView(
        host.rules().name(),
        host.rules().id(),
        now.member(),
        peer(now.self()),
        now.predecessor().map(this::peer),
        now.successors().stream().map(this::peer).toList(),
        now.fingers().stream().map(this::peer).toList());
  }

  private RingPeerView peer(RingPeer peer) {
    return new RingPeerView(
        peer.id().hex(),
        peer.node().address(),
        NodeAddress.nickname(peer.node()),
        node.roundTrips().find(peer.node()).stream().mapToObj(Duration::ofNanos).findFirst());
  }

  private RingLookupView lookup(String key, Responsible found, Duration took) {
    return new RingLookupView(
        key,
        found.target().hex(),
        peer(found.owner()),
        found.replicas().stream().map(this::peer).toList(),
        found.hops(),
        took);
  }
}
