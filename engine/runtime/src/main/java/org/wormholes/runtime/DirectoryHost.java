package org.wormholes.runtime;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.Directory;
import org.wormholes.protocol.directory.DirectoryLimits;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.SignedDescriptor;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.wire.Bytes;

/// Drives the directory machine on the first loop, and shows what it knows to all loops as an
/// immutable map.
final class DirectoryHost {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryHost.class);
  private static final Duration TICK = Duration.ofSeconds(1);

  private final Shard home;
  private final Clock clock;
  private final Directory machine = new Directory(DirectoryLimits.DEFAULT);
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

  DirectoryHost(Shard home, Clock clock) {
    this.home = home;
    this.clock = clock;
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

  void publish(SignedDescriptor own) {
    home.run(() -> on(new Directory.Input.Publish(own)));
  }

  void linkUp(NodeLink link) {
    boolean initiator = link.session().initiator();
    home.run(() -> {
      int number = ++lastNumber;
      numbers.put(link, number);
      links.put(number, link);
      on(new Directory.Input.LinkUp(number, initiator));
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
  void onMessage(NodeLink link, byte[] array, int offset, int length) {
    Bytes message = Bytes.of(array, offset, length);
    home.run(() -> {
      Integer number = numbers.get(link);
      if (number != null) {
        on(new Directory.Input.Received(number, message));
      }
    });
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
