package org.wormholes.protocol.rendezvous;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.crypto.BlindedKey;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// A [ServiceDescriptor] as relays keep it: signed by the blinded key, sealed to those who know the
/// address, and within that, where the service has an access list, to the clients on it. One that
/// exists has a good signature. See `spec/protocol/rendezvous.md`, section 3.
public final class SealedDescriptor {
  /// The longest [#encoded()].
  public static final int MAX_BYTES = 12_288;

  /// How long a keeper keeps one at most.
  public static final Duration MAX_LIFETIME = Duration.ofHours(3);

  /// Length of the name of an instance.
  public static final int INSTANCE_BYTES = 16;

  private static final int FORMAT = 1;
  private static final int SALT = 32;
  private static final int HEAD = 1 + NodeId.BYTES + 8 + INSTANCE_BYTES + 8 + 2 + SALT + 2;
  private static final int PADDED_TO = 2_048;
  private static final int OPEN_TO_ALL = 0;
  private static final int LISTED = 1;

  private final NodeId blinded;
  private final long period;
  private final Bytes instance;
  private final long revision;
  private final Duration lifetime;
  private final byte[] salt;
  private final byte[] sealed;
  private final Bytes encoded;

  private SealedDescriptor(byte[] bytes) throws WireException {
    var in = new WireReader(bytes);
    int format = in.u8();
    if (format != FORMAT) {
      throw new WireException("service descriptor must be of format 1, was " + format);
    }
    blinded = NodeId.decode(in.bytes(NodeId.BYTES), 0);
    period = in.i64();
    instance = Bytes.of(in.bytes(INSTANCE_BYTES));
    revision = in.i64();
    int minutes = in.u16();
    if (minutes < 1 || minutes > MAX_LIFETIME.toMinutes()) {
      throw new WireException("lifetime must be 1..180 minutes, was " + minutes);
    }
    lifetime = Duration.ofMinutes(minutes);
    salt = in.bytes(SALT);
    sealed = in.bytes(in.u16());
    byte[] signature = in.bytes(NodeKey.SIGNATURE_BYTES);
    in.end();
    byte[] signed = Arrays.copyOf(bytes, bytes.length - NodeKey.SIGNATURE_BYTES);
    if (!blinded.verify(labelled(signed), signature)) {
      throw new WireException("service descriptor has a wrong signature");
    }
    encoded = Bytes.of(bytes);
  }

  /// What stands in the clear.
  ///
  /// @param instance 16 bytes, drawn once by each engine that publishes the service
  /// @param revision rises with each descriptor of an instance
  /// @param lifetime 1 to 180 minutes
  public record Terms(Bytes instance, long revision, Duration lifetime) {
    public Terms {
      if (instance.size() != INSTANCE_BYTES) {
        throw new IllegalArgumentException("instance must be 16 bytes, was " + instance.size());
      }
      if (lifetime.toMinutes() < 1 || lifetime.compareTo(MAX_LIFETIME) > 0) {
        throw new IllegalArgumentException("lifetime must be 1..180 minutes, was " + lifetime);
      }
    }
  }

  /// Seals and signs.
  ///
  /// @param clients the access list; empty opens the service to whoever knows the address
  public static SealedDescriptor seal(
      ServiceDescriptor content,
      Terms terms,
      NodeKey service,
      long period,
      Collection<NodeId> clients,
      Entropy entropy) {
    if (clients.size() > AccessEntries.MAX_CLIENTS) {
      throw new IllegalArgumentException(
          "access list must have 0..128 clients, has " + clients.size());
    }
    BlindedKey key = BlindedKey.of(service, period);
    ServiceCredential credential = ServiceCredential.of(service.id(), period);
    byte[] salt = entropy.bytes(SALT);
    byte[] plain = plain(content.encode(), credential, salt, clients, entropy);
    byte[] sealed = sealedWith(credential.descriptorKey(salt), plain);
    var out =
        new WireWriter(MAX_BYTES)
            .u8(FORMAT)
            .bytes(key.id().key())
            .i64(period)
            .bytes(terms.instance())
            .i64(terms.revision())
            .u16((int) terms.lifetime().toMinutes())
            .bytes(salt)
            .u16(sealed.length)
            .bytes(sealed);
    out.bytes(key.sign(labelled(out.toArray())));
    try {
      return new SealedDescriptor(out.toArray());
    } catch (WireException e) {
      throw new IllegalStateException("what we signed must be good", e);
    }
  }

  private static byte[] plain(
      byte[] content,
      ServiceCredential credential,
      byte[] salt,
      Collection<NodeId> clients,
      Entropy entropy) {
    var out = new WireWriter(MAX_BYTES);
    if (clients.isEmpty()) {
      out.u8(OPEN_TO_ALL).u16(content.length).bytes(content);
    } else {
      byte[] key = entropy.bytes(32);
      byte[] inner = sealedWith(key, content);
      out.u8(LISTED).bytes(AccessEntries.seal(credential, salt, key, clients, entropy));
      out.u16(inner.length).bytes(inner);
    }
    return out.zeros(Math.floorMod(-out.size(), PADDED_TO)).toArray();
  }

  /// Reads one and checks its signature.
  ///
  /// @throws WireException if anything is wrong with it
  public static SealedDescriptor decode(byte[] bytes) throws WireException {
    if (bytes.length > MAX_BYTES) {
      throw new WireException("service descriptor may have 12288 bytes, has " + bytes.length);
    }
    return new SealedDescriptor(bytes.clone());
  }

  /// What is inside.
  ///
  /// @param client our key, where the service has an access list
  /// @return empty if the service has a list and we are not on it
  /// @throws WireException if this is not that service's, or what it sealed cannot be read
  public Optional<ServiceDescriptor> open(ServiceCredential credential, Optional<NodeKey> client)
      throws WireException {
    if (!credential.blinded().equals(blinded) || credential.period() != period) {
      throw new WireException("service descriptor is another service's");
    }
    var in = new WireReader(openedWith(credential.descriptorKey(salt), sealed));
    int access = in.u8();
    Optional<ServiceDescriptor> content =
        switch (access) {
          case OPEN_TO_ALL -> Optional.of(ServiceDescriptor.decode(in.bytes(in.u16())));
          case LISTED -> listed(credential, in, client);
          default -> throw new WireException("access must be 0 or 1, was " + access);
        };
    in.zeros(in.remaining());
    return content;
  }

  private Optional<ServiceDescriptor> listed(
      ServiceCredential credential, WireReader in, Optional<NodeKey> client) throws WireException {
    Optional<byte[]> key = AccessEntries.open(credential, salt, in, client);
    byte[] inner = in.bytes(in.u16());
    if (key.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(ServiceDescriptor.decode(openedWith(key.get(), inner)));
  }

  public NodeId blinded() {
    return blinded;
  }

  public long period() {
    return period;
  }

  /// Which of the engines that publish the service this one is of.
  public Bytes instance() {
    return instance;
  }

  public long revision() {
    return revision;
  }

  public Duration lifetime() {
    return lifetime;
  }

  public Bytes encoded() {
    return encoded;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SealedDescriptor that && encoded.equals(that.encoded);
  }

  @Override
  public int hashCode() {
    return Objects.hash(encoded);
  }

  @Override
  public String toString() {
    return "SealedDescriptor(" + blinded + ", revision " + revision + ")";
  }

  /// The most that can be sealed; what follows from the lists above must stay below it.
  static int capacity() {
    return MAX_BYTES - HEAD - AesGcm.TAG_BYTES - NodeKey.SIGNATURE_BYTES;
  }

  private static byte[] labelled(byte[] signed) {
    return new WireWriter(2 * MAX_BYTES)
        .bytes(Labels.RENDEZVOUS_DESCRIPTOR)
        .bytes(signed)
        .toArray();
  }

  private static byte[] sealedWith(byte[] key, byte[] plain) {
    byte[] out = new byte[plain.length + AesGcm.TAG_BYTES];
    AesGcm.sealing(key).seal(0, plain, 0, plain.length, out, 0);
    return out;
  }

  private static byte[] openedWith(byte[] key, byte[] sealed) throws WireException {
    byte[] out = new byte[Math.max(0, sealed.length - AesGcm.TAG_BYTES)];
    if (!AesGcm.opening(key).open(0, sealed, 0, sealed.length, out, 0)) {
      throw new WireException("service descriptor does not open");
    }
    return out;
  }
}
