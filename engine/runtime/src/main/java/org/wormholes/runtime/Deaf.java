package org.wormholes.runtime;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.ConnectionHandler;

/// Hears of a connection that nobody needs any more.
final class Deaf implements ConnectionHandler {
  static final Deaf INSTANCE = new Deaf();

  private Deaf() {}

  @Override
  public void onRead(ByteBuffer in) {
    in.position(in.limit());
  }

  @Override
  public void onReadComplete() {}

  @Override
  public void onWritable() {}

  @Override
  public void onInputFinished() {}

  @Override
  public void onClosed(@Nullable String cause) {}
}
