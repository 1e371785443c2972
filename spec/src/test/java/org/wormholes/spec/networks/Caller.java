package org.wormholes.spec.networks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.directory.Directory;
import org.wormholes.protocol.directory.DirectoryLimits;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.link.FrameSink;
import org.wormholes.protocol.link.LinkHandshake;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.link.LinkSession;
import org.wormholes.protocol.membership.Admission;
import org.wormholes.protocol.membership.Gate;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// A neighbour without an engine: calls a node, says for which network, asks for all it knows, and
/// keeps every frame that comes as it was before it was encrypted. Nothing happens but in [#run].
final class Caller implements FrameSink, AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int TURN_MILLIS = 50;

  private final Socket socket;
  private final OutputStream out;
  private final LinkHandshake handshake;
  private final List<Bytes> first;
  private final Directory directory = new Directory(new DirectoryLimits(64, 0));
  private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
  private @Nullable LinkSession session;
  private boolean over;

  /// Why the node ended the link; null while it lives, or when it was just cut.
  @Nullable LinkReason closed;

  /// @param key who calls; null for a caller without a name
  /// @param first what is said at the beginning, DIRECTORY frames
  Caller(String place, NodeId node, @Nullable NodeKey key, List<Bytes> first) throws IOException {
    this.first = List.copyOf(first);
    int colon = place.lastIndexOf(':');
    socket =
        new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(place.substring(colon + 1)));
    socket.setSoTimeout(TURN_MILLIS);
    out = socket.getOutputStream();
    handshake =
        key == null
            ? LinkHandshake.initiator(node, RANDOM::nextBytes)
            : LinkHandshake.initiator(key, node, RANDOM::nextBytes);
    handshake.start(this::send);
  }

  /// What one says who wants a link of this network, and has nothing to show.
  static List<Bytes> presenting(Bytes network, NodeId node) {
    List<Bytes> said = new ArrayList<>();
    for (Admission.Output each :
        Admission.initiator(Gate.open(network), node)
            .on(new Admission.Input.Start(), Instant.now())) {
      if (each instanceof Admission.Output.Send(Bytes message)) {
        said.add(message);
      }
    }
    return said;
  }

  /// Listens for so long, or until the link ends.
  void run(long millis) throws IOException {
    long end = System.nanoTime() + millis * 1_000_000;
    byte[] piece = new byte[64 << 10];
    while (!over && System.nanoTime() < end) {
      try {
        int count = socket.getInputStream().read(piece);
        if (count < 0) {
          over = true;
        } else {
          received(ByteBuffer.wrap(piece, 0, count));
        }
      } catch (java.net.SocketTimeoutException e) {
        // Nothing has come.
      } catch (WireException e) {
        throw new AssertionError("the node broke the protocol", e);
      }
    }
  }

  boolean isOver() {
    return over;
  }

  /// All frames, as text in which words can be found.
  String heard() {
    return heard.toString(StandardCharsets.ISO_8859_1);
  }

  /// The nodes it was told of.
  List<NodeDescriptor> nodes() {
    return List.copyOf(directory.nodes());
  }

  private void send(byte[] array, int offset, int length) {
    try {
      out.write(array, offset, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void received(ByteBuffer in) throws WireException {
    if (session == null) {
      handshake.receive(in, this::send);
      if (handshake.done()) {
        session = handshake.session();
        first.forEach(each -> session.directory(each.toArray(), 0, each.size()));
        tell(new Directory.Input.LinkUp(1, true));
      }
    }
    if (session != null && in.hasRemaining()) {
      session.receive(in, this);
      session.flush(this::send);
    }
  }

  private void tell(Directory.Input input) {
    LinkSession live = java.util.Objects.requireNonNull(session);
    for (Directory.Output each : directory.on(input, Instant.now())) {
      if (each instanceof Directory.Output.Send(int _, Bytes message)) {
        live.directory(message.toArray(), 0, message.size());
      }
    }
    live.flush(this::send);
  }

  @Override
  public void onDirectory(byte[] array, int offset, int length) {
    heard.write(array, offset, length);
    tell(new Directory.Input.Received(1, Bytes.of(array, offset, length)));
  }

  @Override
  public void onCell(boolean large, int command, int circuit, byte[] array, int at, int length) {
    heard.write(array, at, length);
  }

  @Override
  public void onPing(long nonce) {
    heard.write((int) nonce);
    java.util.Objects.requireNonNull(session).pong(nonce);
  }

  @Override
  public void onPong(long nonce) {
    heard.write((int) nonce);
  }

  @Override
  public void onDestroy(int circuitId, LinkReason reason) {
    heard.write(circuitId);
  }

  @Override
  public void onCredit(int circuitId, int units) {
    heard.write(circuitId);
  }

  @Override
  public void onClose(LinkReason reason) {
    closed = reason;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
