package org.wormholes.protocol.directory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireWriter;

/// The newest descriptor of every node known, in buckets with digests, within limits.
final class DescriptorStore {
  /// A descriptor and when it came.
  record Held(SignedDescriptor signed, Instant since) {}

  private final DirectoryLimits limits;
  private final List<TreeMap<Bytes, Held>> buckets = new ArrayList<>();
  private final @Nullable Long[] digests = new @Nullable Long[DirectoryMessage.BUCKETS];
  private final Map<String, Integer> perSubnet = new HashMap<>();
  private int size;

  DescriptorStore(DirectoryLimits limits) {
    this.limits = limits;
    for (int i = 0; i < DirectoryMessage.BUCKETS; i++) {
      buckets.add(new TreeMap<>());
    }
  }

  Optional<Held> find(Bytes id) {
    return Optional.ofNullable(buckets.get(id.at(0)).get(id));
  }

  Collection<NodeDescriptor> nodes() {
    List<NodeDescriptor> nodes = new ArrayList<>(size);
    for (TreeMap<Bytes, Held> bucket : buckets) {
      bucket.values().forEach(held -> nodes.add(held.signed.descriptor()));
    }
    return Collections.unmodifiableList(nodes);
  }

  /// Whether a node that is not known could be taken in, as far as can be told without its
  /// descriptor.
  boolean hasRoomFor(Bytes id) {
    return size < limits.maxDescriptors()
        && buckets.get(id.at(0)).size() < DirectoryMessage.MAX_IN_BUCKET;
  }

  /// Puts a descriptor in the place of an older one of the same node, or in a free one.
  ///
  /// @return false when there is no room
  boolean put(SignedDescriptor signed, Instant now) {
    Bytes id = signed.descriptor().id().key();
    Optional<Held> old = find(id);
    if (old.isEmpty() && !hasRoomFor(id)) {
      return false;
    }
    old.ifPresent(this::remove);
    Optional<String> subnet =
        signed.descriptor().subnet().filter(each -> limits.maxPerSubnet() > 0);
    if (subnet.isPresent() && !Subnets.isLoopback(subnet.get())) {
      int there = perSubnet.getOrDefault(subnet.get(), 0);
      if (there >= limits.maxPerSubnet()) {
        old.ifPresent(held -> add(held));
        return false;
      }
    }
    add(new Held(signed, now));
    return true;
  }

  private void add(Held held) {
    NodeDescriptor node = held.signed.descriptor();
    Bytes id = node.id().key();
    buckets.get(id.at(0)).put(id, held);
    digests[id.at(0)] = null;
    node.subnet().ifPresent(subnet -> perSubnet.merge(subnet, 1, Integer::sum));
    size++;
  }

  private void remove(Held held) {
    NodeDescriptor node = held.signed.descriptor();
    Bytes id = node.id().key();
    buckets.get(id.at(0)).remove(id);
    digests[id.at(0)] = null;
    node.subnet()
        .ifPresent(subnet -> perSubnet.computeIfPresent(subnet, (s, n) -> n > 1 ? n - 1 : null));
    size--;
  }

  /// Takes a node out.
  Optional<NodeDescriptor> forget(Bytes id) {
    Optional<Held> held = find(id);
    held.ifPresent(this::remove);
    return held.map(each -> each.signed().descriptor());
  }

  /// Takes out what is no longer good.
  List<NodeDescriptor> expire(Instant now) {
    List<Held> over = new ArrayList<>();
    for (TreeMap<Bytes, Held> bucket : buckets) {
      for (Held held : bucket.values()) {
        if (!held.signed.descriptor().isAlive(now)) {
          over.add(held);
        }
      }
    }
    over.forEach(this::remove);
    return over.stream().map(held -> held.signed.descriptor()).toList();
  }

  List<Long> digests() {
    List<Long> all = new ArrayList<>(DirectoryMessage.BUCKETS);
    for (int i = 0; i < DirectoryMessage.BUCKETS; i++) {
      all.add(digest(i));
    }
    return all;
  }

  /// directory.md 3: "the first 8 bytes of SHA-256 over the entries of the bucket, 0 when it is
  /// empty".
  private long digest(int index) {
    Long known = digests[index];
    if (known != null) {
      return known;
    }
    TreeMap<Bytes, Held> bucket = buckets.get(index);
    long digest = 0;
    if (!bucket.isEmpty()) {
      WireWriter out = new WireWriter(DirectoryMessage.ENTRY_BYTES * bucket.size());
      for (DirectoryMessage.Entry entry : bucket(index).entries()) {
        out.bytes(entry.id()).i64(entry.published());
      }
      digest = BigEndian.i64(Hash.sha256(out.toArray()), 0);
    }
    digests[index] = digest;
    return digest;
  }

  DirectoryMessage.Bucket bucket(int index) {
    List<DirectoryMessage.Entry> entries = new ArrayList<>();
    buckets
        .get(index)
        .forEach((id, held) ->
            entries.add(
                new DirectoryMessage.Entry(
                    id, held.signed.descriptor().published().toEpochMilli())));
    return new DirectoryMessage.Bucket(index, entries);
  }
}
