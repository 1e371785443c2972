package org.wormholes.transport.gateway;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor.Refusal;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Way.OpenListener;

/// One question to a proxy over a connection to it, whatever that runs over.
public final class ProxyExchange implements ConnectionHandler {
  /// How long a proxy may take; beyond some, such as Tor, a destination is far.
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  /// Why Tor refuses a stream to an onion service that only some may find, and whose key it does
  /// not know.
  public static final String WANTS_CLIENT_KEY =
      "the onion service is for those on its list, and this node is not";

  private final Connection connection;
  private final ProxyDialog dialog;
  private final OpenListener listener;
  private final Loop.Cancellable timer;
  private boolean over;

  private ProxyExchange(Connection connection, ProxyDialog dialog, OpenListener listener) {
    this.connection = connection;
    this.dialog = dialog;
    this.listener = listener;
    this.timer =
        connection
            .loop()
            .schedule(
                PATIENCE, () -> refuse(Refusal.TIMED_OUT, "the proxy did not answer in time"));
  }

  /// Asks a SOCKS5 proxy for a way to `to`.
  public static void socks5(
      Connection connection,
      EntrySpec.Target to,
      FlowRequest.Credentials who,
      OpenListener listener) {
    new ProxyExchange(connection, new Socks5Dialog(to, who), listener).begin();
  }

  /// Asks an HTTP proxy.
  public static void http(
      Connection connection,
      EntrySpec.Target to,
      FlowRequest.Credentials who,
      OpenListener listener) {
    new ProxyExchange(connection, new ConnectDialog(to, who), listener).begin();
  }

  private void begin() {
    connection.handler(this);
    say(dialog.begin());
    connection.reading(true);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private void say(byte[] bytes) {
    connection.write(bytes, 0, bytes.length);
    connection.flush();
  }

  @Override
  public void onRead(ByteBuffer in) {
    while (!over) {
      Optional<ProxyDialog.Step> step = dialog.on(in);
      if (step.isEmpty()) {
        return;
      }
      switch (step.get()) {
        case ProxyDialog.Step.Say(ByteBuffer bytes) -> say(bytes(bytes));
        case ProxyDialog.Step.Open() -> open(in);
        case ProxyDialog.Step.Refused(Refusal refusal, String why) -> refuse(refusal, why);
      }
    }
    in.position(in.limit());
  }

  /// What the proxy sent behind its answer belongs to the stream.
  private void open(ByteBuffer rest) {
    over = true;
    timer.cancel();
    connection.reading(false);
    if (rest.hasRemaining()) {
      byte[] bytes = new byte[rest.remaining()];
      rest.get(bytes);
      connection.unread(bytes, false);
    }
    listener.onOpened(connection);
  }

  private void refuse(Refusal refusal, String why) {
    if (!over) {
      over = true;
      timer.cancel();
      connection.abort();
      listener.onRefused(refusal, why);
    }
  }

  @Override
  public void onReadComplete() {}

  @Override
  public void onWritable() {}

  @Override
  public void onInputFinished() {
    refuse(Refusal.GENERAL_FAILURE, "the proxy hung up");
  }

  @Override
  public void onClosed(@Nullable String cause) {
    refuse(Refusal.GENERAL_FAILURE, "the proxy hung up");
  }
}
