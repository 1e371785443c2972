package org.wormholes.protocol.rendezvous;

import org.wormholes.protocol.crypto.BlindedKey;
import org.wormholes.protocol.crypto.Hkdf;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.WireWriter;

/// What who knows a service's address knows about it in one period, and a keeper of its descriptor
/// does not. See `spec/protocol/rendezvous.md`, section 2.
public final class ServiceCredential {
  private final NodeId service;
  private final long period;
  private final NodeId blinded;
  private final byte[] secret;

  private ServiceCredential(NodeId service, long period) {
    this.service = service;
    this.period = period;
    this.blinded = BlindedKey.publicOf(service, period);
    this.secret =
        Hkdf.extract(
            blinded.key().toArray(), Labels.RENDEZVOUS_CREDENTIAL, service.key().toArray());
  }

  /// Takes about as long as two signatures; worth keeping for the period.
  public static ServiceCredential of(NodeId service, long period) {
    return new ServiceCredential(service, period);
  }

  public NodeId service() {
    return service;
  }

  public long period() {
    return period;
  }

  /// The service's key of the period, by which its descriptor is found.
  public NodeId blinded() {
    return blinded;
  }

  byte[] secret() {
    return secret.clone();
  }

  byte[] descriptorKey(byte[] salt) {
    return Hkdf.expand(secret, labelled(Labels.RENDEZVOUS_DESCRIPTOR, salt), 32);
  }

  static byte[] labelled(byte[] label, byte[]... parts) {
    var out = new WireWriter(4_096).bytes(label);
    for (byte[] part : parts) {
      out.bytes(part);
    }
    return out.toArray();
  }

  @Override
  public String toString() {
    return "ServiceCredential(secret)";
  }
}
