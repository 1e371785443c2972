package org.wormholes.runtime;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.NameAnswer;
import org.wormholes.runtime.spi.NameFailure;
import org.wormholes.runtime.spi.NameRequest;

/// An open port, as flows come in by it. It stays open when the rules behind it are exchanged; each
/// flow is decided by what runs at the moment it comes in, which is read once.
final class EntryDoor implements FlowAcceptor {
  /// What becomes of the flows of a door that the rules do not name.
  enum Use {
    /// The door belongs to the rules that name it; it takes no flows while none do.
    OF_RULES,
    /// Every flow takes the tunnel of the door, whatever the routes say.
    PINNED,
    /// The routes decide, as if the flow came in by an entry of the door's tunnel.
    ROUTED
  }

  private static final int CLOSE_SECONDS = 5;

  private final Node node;
  private final Supplier<Running> rules;
  private final EntrySpec first;
  private final Use use;
  private volatile @Nullable Listener listener;

  /// @param first what the port was opened for
  EntryDoor(Node node, Supplier<Running> rules, EntrySpec first, Use use) {
    this.node = node;
    this.rules = rules;
    this.first = first;
    this.use = use;
  }

  /// Where a door stands: two entries with equal places can be served by the same socket, whatever
  /// is spoken there.
  record Place(String host, int port, boolean udpSocket, Optional<EntrySpec.Wrapping> names) {
    static Place of(EntrySpec spec) {
      return new Place(
          spec.host(),
          spec.port(),
          spec.kind() == EntrySpec.Kind.FORWARD && spec.udp(),
          spec.names().map(_ -> spec.wrapping()));
    }
  }

  /// Rules of one moment, and a request as they see it.
  record Ruled(Switchboard switchboard, FlowRequest request) {}

  void opened(Listener open) {
    listener = open;
  }

  Listener listener() {
    Listener open = listener;
    if (open == null) {
      throw new IllegalStateException("not open");
    }
    return open;
  }

  /// Closes doors and returns when their ports are free. Not to be called on a loop.
  static void closeAll(Collection<EntryDoor> doors) {
    CompletableFuture<?>[] closing =
        doors.stream()
            .map(door -> door.listener().close().toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(closing)
        .exceptionally(broken -> null)
        .completeOnTimeout(null, CLOSE_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  @Override
  public EntrySpec current(EntrySpec opened) {
    return spec(rules.get()).orElse(opened);
  }

  @Override
  public void open(FlowRequest request, PendingFlow flow) {
    Shard shard = shardOf(flow.loop());
    Optional<Ruled> ruled = ruled(request);
    if (ruled.isPresent()) {
      ruled.get().switchboard().open(shard, ruled.get().request(), flow);
    } else {
      flow.refuse(Refusal.NOT_ALLOWED);
    }
    shard.flush();
  }

  @Override
  public DatagramHandler associate(FlowRequest request, DatagramPort port) {
    return new DatagramSession(this, shardOf(port.loop()), request, port);
  }

  @Override
  public void ask(NameRequest request, Loop loop, Consumer<NameAnswer> answer) {
    Shard shard = shardOf(loop);
    FlowRequest flow =
        new FlowRequest(
            request.entry(),
            NameAdmission.target(request.question()),
            Optional.empty(),
            request.application());
    Optional<Ruled> ruled = ruled(flow).filter(now -> now.request().entry().names().isPresent());
    if (ruled.isPresent()) {
      NameAdmission.of(ruled.get().switchboard(), shard, ruled.get().request(), request, answer);
    } else {
      answer.accept(new NameAnswer.Nothing(NameFailure.REFUSED));
    }
    shard.flush();
  }

  /// The request under what runs now; empty when the door belongs to nothing that runs.
  Optional<Ruled> ruled(FlowRequest request) {
    Running now = rules.get();
    Optional<EntrySpec> spec = spec(now);
    return now.switchboard().isEmpty() || spec.isEmpty()
        ? Optional.empty()
        : Optional.of(new Ruled(now.switchboard().get(), as(spec.get(), request)));
  }

  private Optional<EntrySpec> spec(Running now) {
    return use == Use.OF_RULES ? Optional.ofNullable(now.entries().get(this)) : Optional.of(first);
  }

  private FlowRequest as(EntrySpec spec, FlowRequest request) {
    EntrySpec entry = use == Use.PINNED ? forward(spec.tunnel(), request.target()) : spec;
    EntrySpec.Target target =
        entry.kind() == EntrySpec.Kind.FORWARD ? entry.forward().orElseThrow() : request.target();
    return new FlowRequest(entry, target, request.credentials(), request.application());
  }

  /// An entry whose flows lead to one place through one tunnel.
  static EntrySpec forward(String tunnel, EntrySpec.Target target) {
    return new EntrySpec(
        tunnel, EntrySpec.Kind.FORWARD, "127.0.0.1", 0, false, Optional.of(target));
  }

  private Shard shardOf(Loop loop) {
    List<Shard> shards = node.shards();
    return shards.get(loop.index());
  }
}
