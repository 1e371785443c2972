package org.wormholes.protocol.circuit;

import java.util.List;
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

    /// It ended.
    record Ended(Reason reason) implements Found {}

    /// Never heard of: [StreamClaim#fresh] when the claim has a target, else [StreamClaim#gone].
    record Unknown() implements Found {}
  }

  /// @param maxOrphans streams without a circuit kept at a time
  /// @param maxEnded ended streams remembered at a time, the oldest are forgotten first
  public OrphanRegistry(int maxOrphans, int maxEnded) {
    throw new UnsupportedOperationException();
  }

  /// A stream was opened at the exit, by [CircuitListener#onStream]. It reports its own end from
  /// then on.
  ///
  /// @return false when another stream has the same key, which no honest client does: reset it
  public boolean add(StreamEnd stream, Object owner, long now) {
    throw new UnsupportedOperationException();
  }

  /// The stream lost its circuit and is detached.
  ///
  /// @return false when there are too many orphans: reset it with [Reason#LIMIT]
  public boolean orphan(StreamEnd stream, long now) {
    throw new UnsupportedOperationException();
  }

  /// Looks a key up. An orphan that is found is no longer one; the caller resumes it or calls
  /// [#orphan] again.
  ///
  /// @param newOwner the loop of the claiming circuit, which owns the stream from now on; null
  ///   leaves it
  public Found claim(StreamKey key, @Nullable Object newOwner, long now) {
    throw new UnsupportedOperationException();
  }

  /// Takes out the orphans whose time is over. The caller resets each with [Reason#EXPIRED] on its
  /// owner's thread and closes its connection.
  public List<Found.Here> expire(long now) {
    throw new UnsupportedOperationException();
  }

  /// Streams without a circuit.
  public int orphans() {
    throw new UnsupportedOperationException();
  }
}
