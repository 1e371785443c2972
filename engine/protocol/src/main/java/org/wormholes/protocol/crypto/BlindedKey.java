package org.wormholes.protocol.crypto;

import java.math.BigInteger;
import java.util.Arrays;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// The secret key of a service for one period. Its public half follows from the service's name and
/// the period, but tells nothing of the name. See `spec/protocol/rendezvous.md`, section 2.
public final class BlindedKey {
  private static final BigInteger ORDER =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

  private final byte[] scalar;
  private final byte[] nonceKey;
  private final NodeId id;

  private BlindedKey(byte[] scalar, byte[] nonceKey) {
    this.scalar = scalar;
    this.nonceKey = nonceKey;
    this.id = new NodeId(Bytes.of(EdwardsPoint.timesBase(scalar).encode()));
  }

  /// The service's key for a period.
  public static BlindedKey of(NodeKey service, long period) {
    byte[] seed = service.exposeSeed();
    byte[] expanded = Hash.sha512(seed);
    expanded[0] &= (byte) 0xf8;
    expanded[31] = (byte) ((expanded[31] & 0x7f) | 0x40);
    BigInteger factor = factor(service.id(), period);
    byte[] scalar = little(number(Arrays.copyOf(expanded, 32)).multiply(factor).mod(ORDER));
    byte[] nonceKey =
        Hash.sha512(Labels.RENDEZVOUS_NONCE, little(factor), Arrays.copyOfRange(expanded, 32, 64));
    Arrays.fill(seed, (byte) 0);
    Arrays.fill(expanded, (byte) 0);
    return new BlindedKey(scalar, Arrays.copyOf(nonceKey, 32));
  }

  /// The public half, as whoever knows the service's name computes it.
  ///
  /// @param service of the prime order group, as [NodeId#parse] sees to
  public static NodeId publicOf(NodeId service, long period) {
    try {
      EdwardsPoint point = EdwardsPoint.decode(service.key().toArray());
      return new NodeId(Bytes.of(point.times(little(factor(service, period))).encode()));
    } catch (WireException e) {
      throw new IllegalStateException("a node id is on the curve", e);
    }
  }

  public NodeId id() {
    return id;
  }

  /// An Ed25519 signature that [NodeId#verify] of [#id()] accepts. A service signs when its own
  /// timer says so, never on a stranger's request, because numbers below the group order are not
  /// multiplied in constant time.
  public byte[] sign(byte[] message) {
    byte[] nonce = little(number(Hash.sha512(nonceKey, message)).mod(ORDER));
    byte[] point = EdwardsPoint.timesBase(nonce).encode();
    BigInteger challenge = number(Hash.sha512(point, id.key().toArray(), message)).mod(ORDER);
    BigInteger proof = challenge.multiply(number(scalar)).add(number(nonce)).mod(ORDER);
    byte[] signature = Arrays.copyOf(point, NodeKey.SIGNATURE_BYTES);
    System.arraycopy(little(proof), 0, signature, 32, 32);
    return signature;
  }

  @Override
  public String toString() {
    return "BlindedKey(secret)";
  }

  private static BigInteger factor(NodeId service, long period) {
    byte[] number = new byte[8];
    BigEndian.putI64(number, 0, period);
    byte[] hash = Hash.sha512(Labels.RENDEZVOUS_BLIND, service.key().toArray(), number);
    BigInteger factor = number(hash).mod(ORDER);
    // Nobody will see it; a key of zero would be everyone's.
    return factor.signum() == 0 ? BigInteger.ONE : factor;
  }

  private static BigInteger number(byte[] little) {
    byte[] big = new byte[little.length];
    for (int i = 0; i < little.length; i++) {
      big[i] = little[little.length - 1 - i];
    }
    return new BigInteger(1, big);
  }

  private static byte[] little(BigInteger number) {
    byte[] big = number.toByteArray();
    byte[] little = new byte[32];
    for (int i = 0; i < Math.min(big.length, 32); i++) {
      little[i] = big[big.length - 1 - i];
    }
    return little;
  }
}
