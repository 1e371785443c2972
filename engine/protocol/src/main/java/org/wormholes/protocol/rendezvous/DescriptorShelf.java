package org.wormholes.protocol.rendezvous;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Descriptors a relay keeps for services, bounded in number and time. See
/// `spec/protocol/rendezvous.md`, section 4.
final class DescriptorShelf {
  /// Instances of one service.
  static final int MAX_INSTANCES = 8;

  private static final Duration SKEW = Periods.SKEW.multipliedBy(2);

  private record Kept(SealedDescriptor descriptor, Instant until) {}

  private final int maxDescriptors;
  private final Map<NodeId, TreeMap<Bytes, Kept>> services = new HashMap<>();
  private int size;

  DescriptorShelf(int maxDescriptors) {
    this.maxDescriptors = maxDescriptors;
  }

  int size() {
    return size;
  }

  /// Reads and keeps one.
  ///
  /// @return DONE, or why not: EXPIRED for another period or an old revision, LIMIT when there is
  ///   no room
  Reason put(byte[] bytes, Instant now) throws WireException {
    SealedDescriptor descriptor = SealedDescriptor.decode(bytes);
    if (descriptor.period() < Periods.at(now.minus(SKEW))
        || descriptor.period() > Periods.at(now.plus(SKEW))) {
      return Reason.EXPIRED;
    }
    expire(now);
    Map<Bytes, Kept> instances = services.getOrDefault(descriptor.blinded(), new TreeMap<>());
    Kept old = instances.get(descriptor.instance());
    if (old != null) {
      if (Long.compareUnsigned(descriptor.revision(), old.descriptor().revision()) <= 0) {
        return descriptor.equals(old.descriptor()) ? Reason.DONE : Reason.EXPIRED;
      }
    } else if (size >= maxDescriptors || instances.size() >= MAX_INSTANCES) {
      return Reason.LIMIT;
    } else {
      size++;
    }
    services
        .computeIfAbsent(descriptor.blinded(), _ -> new TreeMap<>())
        .put(descriptor.instance(), new Kept(descriptor, now.plus(descriptor.lifetime())));
    return Reason.DONE;
  }

  /// What is kept under a key, in the order of the instances.
  List<SealedDescriptor> find(NodeId blinded, Instant now) {
    return services.getOrDefault(blinded, new TreeMap<>()).values().stream()
        .filter(kept -> now.isBefore(kept.until()))
        .map(Kept::descriptor)
        .toList();
  }

  void expire(Instant now) {
    for (var instances = services.values().iterator(); instances.hasNext(); ) {
      TreeMap<Bytes, Kept> service = instances.next();
      int before = service.size();
      service.values().removeIf(kept -> !now.isBefore(kept.until()));
      size -= before - service.size();
      if (service.isEmpty()) {
        instances.remove();
      }
    }
  }
}
