package org.wormholes.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.wire.WireException;

/// Keeps this node in touch with a network: links to first contacts until it knows others, and to a
/// few others for as long as it runs, so that news reaches it. Belongs to the first loop.
final class Introductions {
  private static final Logger LOG = LoggerFactory.getLogger(Introductions.class);
  private static final Duration CHECK_EVERY = Duration.ofSeconds(2);

  /// Links over which news should come.
  private static final int WANTED_LINKS = 3;

  private final Shard home;
  private final Node node;
  private final NetworkHost network;
  private final Map<NodeId, Set<NodeUri>> contacts = new LinkedHashMap<>();

  /// How often contacts were dialled: each time the next address of those over one carrier.
  private int rounds;

  private boolean stopped;

  Introductions(Node node, NetworkHost network) {
    this.node = node;
    this.network = network;
    this.home = node.shards().getFirst();
  }

  void start() {
    home.run(this::check);
  }

  void stop() {
    home.run(() -> stopped = true);
  }

  void add(List<String> bootstraps) {
    List<NodeUri> parsed = new ArrayList<>();
    for (String text : bootstraps) {
      try {
        parsed.add(NodeUri.parse(text));
      } catch (WireException e) {
        LOG.warn("a bootstrap address is not usable: {}", e.getMessage());
      }
    }
    parsed.stream()
        .map(NodeUri::carrier)
        .distinct()
        .filter(carrier -> node.carrier(carrier).isEmpty())
        .forEach(carrier ->
            LOG.warn(
                "a first contact is reached over {}, this machine has {} only",
                carrier,
                String.join(", ", node.carrierNames())));
    home.run(() -> {
      parsed.forEach(
          uri -> contacts.computeIfAbsent(uri.node(), key -> new LinkedHashSet<>()).add(uri));
      touch();
    });
  }

  private void check() {
    if (!stopped) {
      touch();
      home.after(CHECK_EVERY, this::check);
    }
  }

  private void touch() {
    if (stopped || links() >= WANTED_LINKS) {
      return;
    }
    contacts.forEach((contact, places) -> {
      if (!contact.equals(node.id()) && network.mayDial(contact)) {
        Map<String, String> chosen = chosen(places, rounds);
        home.link(network, contact, chosen, List.copyOf(chosen.keySet()));
      }
    });
    rounds++;
    if (!node.anonymousLinks()) {
      meetOthers();
    }
  }

  /// A node that serves others keeps a few links of its own choice; a client stays with its
  /// contacts and its guards.
  private void meetOthers() {
    List<NodeDescriptor> others = new ArrayList<>(network.directory().view().values());
    others.removeIf(other ->
        other.id().equals(node.id())
            || isContact(other.id())
            || other.carriers().keySet().stream().noneMatch(node.carrierNames()::contains));
    Collections.shuffle(others, node.random());
    int missing = WANTED_LINKS - links();
    others.stream()
        .limit(Math.max(0, missing))
        .forEach(other -> home.link(network, other.id(), other.carriers(), node.carrierNames()));
  }

  private int links() {
    return (int)
        home.links().stream()
            .filter(link -> link.network() == network)
            .filter(link -> link.saysName() || network.anonymousLinks())
            .count();
  }

  private boolean isContact(NodeId id) {
    return contacts.containsKey(id);
  }

  /// One address for each carrier, the carriers in the order in which they were named; of several
  /// addresses over one carrier another in each round.
  static Map<String, String> chosen(Collection<NodeUri> places, int round) {
    Map<String, List<String>> byCarrier = new LinkedHashMap<>();
    for (NodeUri each : places) {
      byCarrier.computeIfAbsent(each.carrier(), key -> new ArrayList<>()).add(each.place());
    }
    Map<String, String> chosen = new LinkedHashMap<>();
    byCarrier.forEach(
        (carrier, all) -> chosen.put(carrier, all.get(Math.floorMod(round, all.size()))));
    return chosen;
  }
}
