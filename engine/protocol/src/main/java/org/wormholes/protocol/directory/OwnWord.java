package org.wormholes.protocol.directory;

import java.util.List;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// All that friends tell each other of who is there: each its own descriptor, nobody else's
/// (`spec/protocol/directory.md`, section 4).
public final class OwnWord {
  private OwnWord() {}

  /// The message for a DIRECTORY frame.
  public static Bytes of(SignedDescriptor own) {
    return new DirectoryMessage.Batch(false, List.of(own.encoded())).encode();
  }

  /// Reads what a friend said of itself.
  ///
  /// @throws WireException when it is anything else
  public static SignedDescriptor read(Bytes message, NodeId friend) throws WireException {
    if (!(DirectoryMessage.decode(message)
            instanceof DirectoryMessage.Batch(boolean _, List<Bytes> descriptors))
        || descriptors.size() != 1) {
      throw new WireException("a friend tells of itself and nothing else");
    }
    byte[] encoded = descriptors.getFirst().toArray();
    SignedDescriptor signed = SignedDescriptor.decode(encoded, 0, encoded.length);
    if (!signed.descriptor().id().equals(friend)) {
      throw new WireException("a friend tells of another node");
    }
    return signed;
  }
}
