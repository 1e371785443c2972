package org.wormholes.runtime.sniff;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.wormholes.runtime.sniff.Reading.Said;

/// The first bytes of a client, kept until they have told what they can. Nothing is taken away:
/// what was read is [#bytes()].
public final class FirstWords {
  /// How much is read in search of a name. A ClientHello with keys for the time after quantum
  /// computers has some 2 KiB.
  public static final int MAX_SEARCHED = 8_192;

  private byte[] bytes = new byte[0];
  private Names names = Names.NONE;
  private boolean settled;

  /// Takes all of `in`.
  ///
  /// @return whether more could tell more
  public boolean hear(ByteBuffer in) {
    int before = bytes.length;
    bytes = Arrays.copyOf(bytes, before + in.remaining());
    in.get(bytes, before, bytes.length - before);
    if (!settled) {
      settled = bytes.length > 0 && isSettled(Math.min(bytes.length, MAX_SEARCHED));
    }
    return !settled;
  }

  private boolean isSettled(int length) {
    Reading tls = ClientHello.read(bytes, length);
    if (tls instanceof Said(String sni)) {
      names = new Names(sni, "");
      return true;
    }
    Reading http = RequestHead.read(bytes, length);
    if (http instanceof Said(String host)) {
      names = new Names("", host);
      return true;
    }
    boolean isOther = tls instanceof Reading.Other && http instanceof Reading.Other;
    return isOther || length == MAX_SEARCHED;
  }

  /// What has been said so far.
  public Names names() {
    return names;
  }

  /// Everything that was heard, in order. Not a copy.
  public byte[] bytes() {
    return bytes;
  }
}
