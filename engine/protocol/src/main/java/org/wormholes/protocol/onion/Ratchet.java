package org.wormholes.protocol.onion;

import java.util.Arrays;
import org.wormholes.protocol.crypto.Hkdf;
import org.wormholes.protocol.crypto.Labels;

/// Keys of one direction of one hop, new ones for each [#CELLS] cells; the old cannot be computed
/// from the new. See `spec/protocol/onion.md`, section 5.4.
public final class Ratchet {
  /// Cells under one key.
  public static final int CELLS = 1_024;

  private static final int KEY = 32;

  private byte[] chain;
  private byte[] cellKey = new byte[0];
  private byte[] fillerKey = new byte[0];

  /// @param chain 32 bytes, overwritten by the first [#advance]
  public Ratchet(byte[] chain) {
    this.chain = chain;
  }

  /// Moves to the next keys; also to the first.
  public void advance() {
    byte[] material = Hkdf.expand(chain, Labels.ONION_RATCHET, 3 * KEY);
    Arrays.fill(chain, (byte) 0);
    chain = Arrays.copyOf(material, KEY);
    cellKey = Arrays.copyOfRange(material, KEY, 2 * KEY);
    fillerKey = Arrays.copyOfRange(material, 2 * KEY, 3 * KEY);
    Arrays.fill(material, (byte) 0);
  }

  public byte[] cellKey() {
    return cellKey;
  }

  byte[] fillerKey() {
    return fillerKey;
  }
}
