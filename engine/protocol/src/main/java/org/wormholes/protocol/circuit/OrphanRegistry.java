package org.wormholes.protocol.circuit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The streams of an exit by their keys: those on a circuit, those whose circuit died (kept for 30
/// s), and for as long the reasons of those that ended, so that a client that comes back learns the
/// truth and nothing is opened twice.
///
/// One registry serves all loops of an exit, hence the lock; it is taken when a stream opens, moves
/// or ends, never per cell. Streams themselves are only handed around here: who takes one must
/// detach it on its own thread, which is what `owner` is for (any object: the loop).
public final class OrphanRegistry {
  /// How long an orphan, or the memory of an ended stream, is kept.
  public static final long KEEP_NANOS = 30_000_000_000L;

  /// What a key leads to.
  public sealed interface Found {
    /// On a circuit, or an orphan, of `owner`: detach it there if it is attached, then
    /// [StreamClaim#resume].
    record Here(StreamEnd stream, Object owner) implements Found {}

    /// It ended: [StreamClaim#gone] with the reason.
    record Ended(Reason reason) implements Found {}

    /// Never heard of: [StreamClaim#fresh] when the claim has a target, else [StreamClaim#gone].
    record Unknown() implements Found {}
  }

  private record Memory(Reason reason, long at) {}

  private final int maxOrphans;
  private final int maxEnded;
  private final Map<StreamKey, Found.Here> known = new HashMap<>();

  /// When each orphan lost its circuit, the oldest first.
  private final LinkedHashMap<StreamKey, Long> orphanedAt = new LinkedHashMap<>();

  /// Streams that ended, the oldest first.
  private final LinkedHashMap<StreamKey, Memory> ended = new LinkedHashMap<>();

  private long clock;

  /// @param maxOrphans streams without a circuit kept at a time
  /// @param maxEnded ended streams remembered at a time, the oldest are forgotten first
  public OrphanRegistry(int maxOrphans, int maxEnded) {
    this.maxOrphans = maxOrphans;
    this.maxEnded = maxEnded;
  }

  /// A stream was opened at the exit, by [CircuitListener#onStream]. It reports its own end from
  /// then on.
  ///
  /// @return false when another stream has or had the same key, which no honest client does: reset
  ///   it with [Reason#PROTOCOL]
  public synchronized boolean add(StreamEnd stream, Object owner, long now) {
    clock = now;
    StreamKey key = stream.key();
    if (known.containsKey(key) || ended.containsKey(key)) {
      return false;
    }
    known.put(key, new Found.Here(stream, owner));
    stream.registry(this);
    return true;
  }

  /// The stream lost its circuit and is detached.
  ///
  /// @return false when there are too many orphans: reset it with [Reason#LIMIT]
  public synchronized boolean orphan(StreamEnd stream, long now) {
    clock = now;
    if (orphanedAt.size() >= maxOrphans || !known.containsKey(stream.key())) {
      return false;
    }
    orphanedAt.putIfAbsent(stream.key(), now);
    return true;
  }

  /// Looks a key up. An orphan that is found is no longer one: the caller resumes it, or calls
  /// [#orphan] again.
  ///
  /// @param newOwner the loop of the claiming circuit, which owns the stream from now on; null
  ///   leaves it. The answer names the owner before
  public synchronized Found claim(StreamKey key, @Nullable Object newOwner, long now) {
    clock = now;
    Memory memory = ended.get(key);
    if (memory != null) {
      return new Found.Ended(memory.reason);
    }
    Found.Here here = known.get(key);
    if (here == null) {
      return new Found.Unknown();
    }
    orphanedAt.remove(key);
    if (newOwner != null) {
      known.put(key, new Found.Here(here.stream, newOwner));
    }
    return here;
  }

  /// Takes out the orphans whose time is over. The caller resets each with [Reason#EXPIRED] on its
  /// owner's thread and closes its connection. To be called about once a second.
  public synchronized List<Found.Here> expire(long now) {
    clock = now;
    ended.values().removeIf(memory -> now - memory.at > KEEP_NANOS);
    List<Found.Here> over = new ArrayList<>();
    Iterator<Map.Entry<StreamKey, Long>> orphans = orphanedAt.entrySet().iterator();
    while (orphans.hasNext()) {
      Map.Entry<StreamKey, Long> orphan = orphans.next();
      if (now - orphan.getValue() <= KEEP_NANOS) {
        break;
      }
      orphans.remove();
      Found.Here here = known.get(orphan.getKey());
      if (here != null) {
        over.add(here);
      }
    }
    return over;
  }

  /// Streams without a circuit.
  public synchronized int orphans() {
    return orphanedAt.size();
  }

  /// Streams that live, orphans included.
  public synchronized int streams() {
    return known.size();
  }

  /// A stream of this registry ended, for whatever reason.
  synchronized void onEnded(StreamEnd stream, Reason reason) {
    StreamKey key = stream.key();
    known.remove(key);
    orphanedAt.remove(key);
    ended.put(key, new Memory(reason, clock));
    if (ended.size() > maxEnded) {
      ended.remove(ended.firstEntry().getKey());
    }
  }
}
