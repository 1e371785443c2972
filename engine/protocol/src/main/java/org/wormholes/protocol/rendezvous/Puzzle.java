package org.wormholes.protocol.rendezvous;

import java.util.Optional;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.MemoryHard;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// Work that a service asks of clients when introductions flood it. A proof of effort E takes E
/// tries on average and one to check. See `spec/protocol/rendezvous.md`, section 7.
///
/// @param effort what the service suggests, 0 to [#MAX_EFFORT]; 0 asks for none
/// @param seed 32 bytes, new with each descriptor
public record Puzzle(int effort, Bytes seed) {
  public static final int SEED_BYTES = 32;

  /// A minute or two of one core.
  public static final int MAX_EFFORT = 1_000_000;

  public Puzzle {
    if (effort < 0 || effort > MAX_EFFORT) {
      throw new IllegalArgumentException("effort must be 0..1000000, was " + effort);
    }
    if (seed.size() != SEED_BYTES) {
      throw new IllegalArgumentException("seed must be 32 bytes, was " + seed.size());
    }
  }

  static Puzzle read(WireReader in) throws WireException {
    int effort = in.i32();
    if (effort < 0 || effort > MAX_EFFORT) {
      throw new WireException("effort must be 0..1000000, was " + Integer.toUnsignedString(effort));
    }
    return new Puzzle(effort, Bytes.of(in.bytes(SEED_BYTES)));
  }

  WireWriter write(WireWriter out) {
    return out.i32(effort).bytes(seed);
  }

  /// What a client sends: which seed, how much effort, and the number that shows it.
  ///
  /// @param head the first 8 bytes of the seed
  public record Proof(int effort, long head, long nonce) {
    public Proof {
      if (effort < 0 || effort > MAX_EFFORT) {
        throw new IllegalArgumentException("effort must be 0..1000000, was " + effort);
      }
    }

    /// Of a client that did no work.
    public static Proof none() {
      return new Proof(0, 0, 0);
    }
  }

  /// Tries numbers until one fits.
  ///
  /// @param point the service's name at the introduction point that the proof is for
  /// @param share the client's X25519 share, which no other introduction has
  /// @param tries how many at most; twenty times the effort misses once in five hundred million
  public Optional<Proof> solve(NodeId point, Bytes share, int wanted, long tries, Entropy entropy) {
    long first = BigEndian.i64(entropy.bytes(8), 0);
    for (long i = 0; i < tries; i++) {
      Proof proof = new Proof(wanted, head(), first + i);
      if (fits(point, share, proof)) {
        return Optional.of(proof);
      }
    }
    return Optional.empty();
  }

  /// Whether a proof is one for this seed. A proof of no effort always is.
  public boolean accepts(NodeId point, Bytes share, Proof proof) {
    return proof.effort() == 0 || (isMeantBy(proof) && fits(point, share, proof));
  }

  /// Whether a proof says that it was made for this seed.
  boolean isMeantBy(Proof proof) {
    return proof.head() == head();
  }

  private boolean fits(NodeId point, Bytes share, Proof proof) {
    byte[] input =
        new WireWriter(256)
            .bytes(Labels.RENDEZVOUS_PUZZLE)
            .bytes(point.key())
            .bytes(share)
            .i32(proof.effort())
            .i64(proof.nonce())
            .toArray();
    long found = BigEndian.i64(MemoryHard.hash(input, seed.toArray()), 0);
    return Long.compareUnsigned(found, Long.divideUnsigned(-1L, proof.effort())) <= 0;
  }

  private long head() {
    return BigEndian.i64(seed.toArray(), 0);
  }
}
