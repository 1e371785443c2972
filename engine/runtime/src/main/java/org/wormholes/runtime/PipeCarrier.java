package org.wormholes.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.peer.PipeWord;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Transport.ConnectionPair;

/// Carries bytes to one node through a relay of the same network that both have a link with. An
/// address is the relays that the node has chosen, by their own addresses, with commas between.
final class PipeCarrier implements Carrier {
  static final String NAME = "relay";

  /// Relays that a node names: as many addresses as fit a descriptor.
  static final int MAX_RELAYS = 3;

  private final Node node;
  private final NetworkHost network;
  private final NodeId peer;

  private PipeCarrier(Node node, NetworkHost network, NodeId peer) {
    this.node = node;
    this.network = network;
    this.peer = peer;
  }

  /// What carries bytes to a node of a network.
  static Optional<Carrier> of(Node node, @Nullable NetworkHost network, NodeId peer, String name) {
    return network != null && name.equals(NAME)
        ? Optional.of(new PipeCarrier(node, network, peer))
        : node.carrier(name);
  }

  /// Whether there is such a carrier at all.
  static boolean exists(Node node, String name) {
    return name.equals(NAME) || node.carrier(name).isPresent();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public CompletionStage<Listener> listen(
      List<Loop> loops, String address, Consumer<Connection> accept) {
    return CompletableFuture.failedFuture(
        new java.io.IOException("nobody listens on " + NAME + ": it comes with a network"));
  }

  @Override
  public void dial(Loop loop, String address, Duration timeout, DialListener listener) {
    ArrayDeque<NodeId> relays = new ArrayDeque<>();
    for (String each : address.split(",", MAX_RELAYS + 1)) {
      try {
        relays.add(NodeId.parse(each));
      } catch (WireException notOne) {
        break;
      }
    }
    Shard shard = node.shards().get(loop.index());
    Attempt attempt = new Attempt(shard, relays, listener);
    shard.after(timeout, () -> attempt.over(DialListener.DialFailure.TIMED_OUT));
    attempt.next();
  }

  /// Tries one relay after the other.
  private final class Attempt {
    private final Shard shard;
    private final ArrayDeque<NodeId> untried;
    private final DialListener listener;
    private DialListener.DialFailure why = DialListener.DialFailure.UNREACHABLE;
    private boolean over;

    Attempt(Shard shard, ArrayDeque<NodeId> untried, DialListener listener) {
      this.shard = shard;
      this.untried = untried;
      this.listener = listener;
    }

    void next() {
      NodeId relay = untried.pollFirst();
      if (over) {
        return;
      }
      if (relay == null) {
        over(why);
      } else if (relay.equals(node.id())) {
        here();
      } else {
        shard
            .link(network, relay, network.addressesOf(relay), node.carrierNames())
            .whenOpen(
                new NodeLink.OpenListener() {
                  @Override
                  public void onOpen(NodeLink link) {
                    through(link);
                  }

                  @Override
                  public void onFailed(String failure) {
                    next();
                  }
                });
      }
    }

    private void through(NodeLink link) {
      if (over) {
        return;
      }
      ConnectionPair pair = node.transport().pair(shard.loop);
      PipeEnd.ask(link, new PipeWord.ToNode(peer), pair.near(), hearing(pair));
    }

    /// The relay that the node has chosen is this one: there is a link already.
    private void here() {
      Optional<NodeLink> link = network.linkTo(peer);
      if (link.isEmpty()) {
        next();
        return;
      }
      NodeLink found = link.get();
      found.shard.tell(() -> {
        ConnectionPair pair = node.transport().pair(found.shard.loop);
        PipeEnd.ask(found, new PipeWord.Arrival(), pair.near(), hearing(pair));
      });
    }

    private PipeEnd.Listener hearing(ConnectionPair pair) {
      return new PipeEnd.Listener() {
        @Override
        public void onOpened() {
          pair.far()
              .moveTo(
                  shard.loop,
                  () -> {
                    if (over) {
                      pair.far().abort();
                    } else {
                      over = true;
                      listener.onConnected(pair.far());
                    }
                    shard.flush();
                  });
        }

        @Override
        public void onFailed(LinkReason reason) {
          if (reason == LinkReason.REFUSED) {
            why = DialListener.DialFailure.REFUSED;
          }
          shard.tell(Attempt.this::next);
        }
      };
    }

    void over(DialListener.DialFailure failure) {
      if (!over) {
        over = true;
        listener.onFailed(failure);
      }
    }
  }
}
