package org.wormholes.spec.carriers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.directory.Directory;
import org.wormholes.protocol.directory.DirectoryLimits;
import org.wormholes.protocol.link.FrameSink;
import org.wormholes.protocol.link.LinkHandshake;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.link.LinkSession;
import org.wormholes.protocol.membership.Admission;
import org.wormholes.protocol.membership.Gate;
import org.wormholes.protocol.membership.Membership;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.Network;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Transport;
import org.wormholes.spec.lab.Await;

/// A neighbour that speaks the link's protocol, asks for all that a node tells, and keeps every
/// frame as it was before it was encrypted.
final class Wiretap implements ConnectionHandler, FrameSink {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Entropy ENTROPY = RANDOM::nextBytes;
  private static final Clock CLOCK = Clock.systemUTC();

  /// The one that [CaptureTest] listens to.
  private static final Bytes NETWORK =
      Bytes.of(new Network(CaptureTest.NETWORK, true, List.of()).idBytes());

  private final Connection connection;
  private final LinkHandshake handshake;
  private final Directory directory = new Directory(DirectoryLimits.DEFAULT);
  private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
  private final CompletableFuture<Void> open = new CompletableFuture<>();
  private final CompletableFuture<NodeId> learned = new CompletableFuture<>();
  private @Nullable LinkSession session;

  private Wiretap(Connection connection, LinkHandshake handshake) {
    this.connection = connection;
    this.handshake = handshake;
    connection.handler(this);
    connection.reading(true);
  }

  static NodeKey key() {
    return NodeKey.create(ENTROPY);
  }

  /// Dials a node, again and again until it answers, and waits until it has told of itself.
  static Wiretap dial(Carrier carrier, Loop loop, String address, NodeId node, Duration patience)
      throws Exception {
    Wiretap tap =
        Await.value(
            "an answer at " + address,
            patience,
            () -> {
              try {
                return Optional.of(dial(carrier, loop, address, node).get(20, TimeUnit.SECONDS));
              } catch (ExecutionException refused) {
                return Optional.empty();
              } catch (InterruptedException | TimeoutException never) {
                throw new AssertionError(never);
              }
            });
    if (!tap.learned.get(20, TimeUnit.SECONDS).equals(node)) {
      throw new AssertionError("another node is told of");
    }
    return tap;
  }

  private static CompletableFuture<Wiretap> dial(
      Carrier carrier, Loop loop, String address, NodeId node) {
    CompletableFuture<Wiretap> dialled = new CompletableFuture<>();
    loop.execute(() ->
        carrier.dial(
            loop,
            address,
            Duration.ofSeconds(15),
            new DialListener() {
              @Override
              public void onConnected(Connection connection) {
                LinkHandshake shaking = LinkHandshake.initiator(node, ENTROPY);
                Wiretap tap = new Wiretap(connection, shaking);
                shaking.start(connection::write);
                connection.flush();
                dialled.complete(tap);
              }

              @Override
              public void onFailed(DialFailure failure) {
                dialled.completeExceptionally(new IllegalStateException(failure.name()));
              }
            }));
    return dialled;
  }

  /// Whether anything answers there.
  static boolean reaches(Carrier carrier, Transport machine, String address) {
    CompletableFuture<Boolean> reached = new CompletableFuture<>();
    Loop loop = machine.loops().getFirst();
    loop.execute(() ->
        carrier.dial(
            loop,
            address,
            Duration.ofSeconds(15),
            new DialListener() {
              @Override
              public void onConnected(Connection connection) {
                connection.abort();
                reached.complete(true);
              }

              @Override
              public void onFailed(DialFailure failure) {
                reached.complete(false);
              }
            }));
    return reached.orTimeout(20, TimeUnit.SECONDS).join();
  }

  /// Takes a link that a node opens.
  static Wiretap accept(Connection connection, NodeKey self) {
    return new Wiretap(connection, LinkHandshake.responder(self, ENTROPY));
  }

  /// Waits until the node has told of itself.
  void awaitNews() throws Exception {
    learned.get(20, TimeUnit.SECONDS);
  }

  /// Every frame so far.
  byte[] heard() throws Exception {
    CompletableFuture<byte[]> bytes = new CompletableFuture<>();
    connection.loop().execute(() -> bytes.complete(heard.toByteArray()));
    return bytes.get(10, TimeUnit.SECONDS);
  }

  void close() {
    connection.loop().execute(connection::close);
  }

  @Override
  public void onRead(ByteBuffer in) {
    try {
      if (session == null) {
        handshake.receive(in, connection::write);
        if (handshake.done()) {
          session = handshake.session();
          open.complete(null);
          if (session.initiator()) {
            present(session);
          }
          tell(directory.on(new Directory.Input.LinkUp(1, session.initiator()), CLOCK.instant()));
        }
      }
      LinkSession live = session;
      if (live != null && in.hasRemaining()) {
        live.receive(in, this);
      }
    } catch (WireException broken) {
      learned.completeExceptionally(broken);
    }
    in.position(in.limit());
    connection.flush();
  }

  /// Says which network the link is to belong to.
  private void present(LinkSession live) {
    for (Admission.Output each :
        Admission.initiator(Gate.open(NETWORK), key().id())
            .on(new Admission.Input.Start(), CLOCK.instant())) {
      if (each instanceof Admission.Output.Send(Bytes message)) {
        byte[] bytes = message.toArray();
        live.directory(bytes, 0, bytes.length);
      }
    }
  }

  private void tell(List<Directory.Output> outputs) {
    LinkSession live = session;
    for (Directory.Output each : outputs) {
      if (each instanceof Directory.Output.Send(int _, Bytes message) && live != null) {
        byte[] bytes = message.toArray();
        live.directory(bytes, 0, bytes.length);
        live.flush(connection::write);
      } else if (each instanceof Directory.Output.Learned(var node)) {
        learned.complete(node.id());
      }
    }
  }

  @Override
  public void onDirectory(byte[] array, int offset, int length) {
    heard.write(array, offset, length);
    if (Membership.isAbout(Bytes.of(array, offset, length))) {
      return; // which network the link belongs to
    }
    tell(
        directory.on(
            new Directory.Input.Received(1, Bytes.of(array, offset, length)), CLOCK.instant()));
  }

  @Override
  public void onCell(
      boolean large, int command, int circuitId, byte[] array, int bodyOffset, int bodyLength) {
    heard.write(array, bodyOffset, bodyLength);
  }

  @Override
  public void onPing(long nonce) {
    heard.writeBytes(ByteBuffer.allocate(8).putLong(nonce).array());
    Optional.ofNullable(session).orElseThrow().pong(nonce);
    Optional.ofNullable(session).orElseThrow().flush(connection::write);
  }

  @Override
  public void onDestroy(int circuitId, LinkReason reason) {}

  @Override
  public void onCredit(int circuitId, int units) {}

  @Override
  public void onPong(long nonce) {}

  @Override
  public void onClose(LinkReason reason) {}

  @Override
  public void onReadComplete() {}

  @Override
  public void onWritable() {}

  @Override
  public void onInputFinished() {}

  @Override
  public void onClosed(@Nullable String cause) {
    learned.completeExceptionally(new IllegalStateException("closed: " + cause));
  }
}
