package org.wormholes.runtime;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.Directory;
import org.wormholes.protocol.directory.DirectoryLimits;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.OwnWord;
import org.wormholes.protocol.directory.SignedDescriptor;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Drives the directory machine on the first loop, and shows what it knows to all loops as an
/// immutable map.
final class DirectoryHost {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryHost.class);
  private static final Duration TICK = Duration.ofSeconds(1);

  private final Shard home;
  private final Clock clock;
  private final Directory machine;

  /// Whether each tells of itself only.
  private final boolean ownWordOnly;

  private @Nullable SignedDescriptor own;
  private final Map<NodeLink, Integer> numbers = new HashMap<>();
  private final Map<Integer, NodeLink> links = new HashMap<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private int lastNumber;
  private boolean stopped;
  private volatile Map<NodeId, NodeDescriptor> view = Map.of();

  /// Hears of nodes that come and go, on the directory's loop, after the view has changed.
  interface Listener {
    void onNode(NodeDescriptor node);

    void onForgotten(NodeId node);
  }

  /// @param admitted whether a node may be known
  /// @param ownWordOnly whether nobody is told of a third one
  DirectoryHost(Shard home, Clock clock, Predicate<NodeDescriptor> admitted, boolean ownWordOnly) {
    this.home = home;
    this.clock = clock;
    this.machine = new Directory(DirectoryLimits.DEFAULT, admitted);
    this.ownWordOnly = ownWordOnly;
  }

  void start() {
    home.after(TICK, this::tick);
  }

  void stop() {
    home.run(() -> stopped = true);
  }

  void listen(Listener listener) {
    listeners.add(listener);
  }

  /// Every node known now. From any thread.
  Map<NodeId, NodeDescriptor> view() {
    return view;
  }

  Optional<NodeDescriptor> find(NodeId id) {
    return Optional.ofNullable(view.get(id));
  }

  void publish(SignedDescriptor descriptor) {
    home.run(() -> {
      own = descriptor;
      on(new Directory.Input.Publish(descriptor));
      if (ownWordOnly) {
        List.copyOf(links.keySet()).forEach(this::tellOwn);
      }
    });
  }

  /// A node is not to be known any more.
  void forget(NodeId id) {
    home.run(() -> on(new Directory.Input.Forget(id)));
  }

  private void tellOwn(int link) {
    if (own != null) {
      send(link, OwnWord.of(own));
    }
  }

  void linkUp(NodeLink link) {
    boolean initiator = link.session().initiator();
    home.run(() -> {
      int number = ++lastNumber;
      numbers.put(link, number);
      links.put(number, link);
      if (ownWordOnly) {
        tellOwn(number);
      } else {
        on(new Directory.Input.LinkUp(number, initiator));
      }
    });
  }

  void linkDown(NodeLink link) {
    home.run(() -> {
      Integer number = numbers.remove(link);
      if (number != null) {
        links.remove(number);
        on(new Directory.Input.LinkDown(number));
      }
    });
  }

  /// Called on the link's loop.
  void onMessage(NodeLink link, Bytes message) {
    home.run(() -> {
      Integer number = numbers.get(link);
      if (number != null && ownWordOnly) {
        heardOwn(link, number, message);
      } else if (number != null) {
        on(new Directory.Input.Received(number, message));
      }
    });
  }

  private void heardOwn(NodeLink link, int number, Bytes message) {
    try {
      on(new Directory.Input.Publish(OwnWord.read(message, link.peer().orElseThrow())));
    } catch (WireException e) {
      close(number, String.valueOf(e.getMessage()));
    }
  }

  private void tick() {
    if (!stopped) {
      on(new Directory.Input.Tick());
      home.after(TICK, this::tick);
    }
  }

  private void on(Directory.Input input) {
    List<Directory.Output> outputs = machine.on(input, clock.instant());
    List<Runnable> news = new ArrayList<>();
    for (Directory.Output output : outputs) {
      switch (output) {
        case Directory.Output.Send(int link, Bytes message) -> send(link, message);
        case Directory.Output.Learned(NodeDescriptor node) ->
            news.add(() -> listeners.forEach(listener -> listener.onNode(node)));
        case Directory.Output.Forgot(NodeId id) ->
            news.add(() -> listeners.forEach(listener -> listener.onForgotten(id)));
        case Directory.Output.Violation(int link, String reason) -> close(link, reason);
        case Directory.Output.Skewed(Duration ahead) ->
            LOG.warn(
                "a node's clock is {} s ahead of ours: check the clock of this machine",
                ahead.toSeconds());
      }
    }
    if (!news.isEmpty()) {
      Map<NodeId, NodeDescriptor> fresh = new HashMap<>();
      machine.nodes().forEach(node -> fresh.put(node.id(), node));
      view = Map.copyOf(fresh);
      news.forEach(Runnable::run);
    }
  }

  private void send(int number, Bytes message) {
    NodeLink link = links.get(number);
    if (link != null) {
      byte[] bytes = message.toArray();
      link.shard.run(() -> {
        if (link.isOpen()) {
          link.session().directory(bytes, 0, bytes.length);
          link.flushLater();
        }
      });
    }
  }

  private void close(int number, String reason) {
    NodeLink link = links.get(number);
    if (link != null) {
      LOG.debug("directory: {}", reason);
      link.shard.run(() -> link.close(LinkReason.PROTOCOL));
    }
  }
}
