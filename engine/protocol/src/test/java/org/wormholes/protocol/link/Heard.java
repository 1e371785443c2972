package org.wormholes.protocol.link;

import java.util.ArrayList;
import java.util.List;
import org.wormholes.protocol.wire.Bytes;

/// Writes down what a session hears.
final class Heard implements FrameSink {
  final List<String> frames = new ArrayList<>();

  @Override
  public void onCell(
      boolean large, int command, int circuitId, byte[] array, int bodyOffset, int bodyLength) {
    int hash = Bytes.of(array, bodyOffset, bodyLength).hashCode();
    frames.add((large ? "large " : "small ") + command + " " + circuitId + " " + hash);
  }

  @Override
  public void onDestroy(int circuitId, LinkReason reason) {
    frames.add("destroy " + circuitId + " " + reason);
  }

  @Override
  public void onCredit(int circuitId, int units) {
    frames.add("credit " + circuitId + " " + units);
  }

  @Override
  public void onDirectory(byte[] array, int offset, int length) {
    frames.add("directory " + Bytes.of(array, offset, length).hashCode());
  }

  @Override
  public void onPing(long nonce) {
    frames.add("ping " + nonce);
  }

  @Override
  public void onPong(long nonce) {
    frames.add("pong " + nonce);
  }

  @Override
  public void onClose(LinkReason reason) {
    frames.add("close " + reason);
  }
}
