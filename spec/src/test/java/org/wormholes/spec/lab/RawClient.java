package org.wormholes.spec.lab;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.ChunkPool;
import org.wormholes.protocol.circuit.CircuitEnd;
import org.wormholes.protocol.circuit.CircuitLimits;
import org.wormholes.protocol.circuit.CircuitListener;
import org.wormholes.protocol.circuit.MemoryAccount;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.Directory;
import org.wormholes.protocol.directory.DirectoryLimits;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.link.CircuitCredit;
import org.wormholes.protocol.link.FrameSink;
import org.wormholes.protocol.link.LinkHandshake;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.link.LinkSession;
import org.wormholes.protocol.membership.Admission;
import org.wormholes.protocol.membership.Gate;
import org.wormholes.protocol.onion.ClientOnion;
import org.wormholes.protocol.onion.ClientSetup;
import org.wormholes.protocol.onion.HopKey;
import org.wormholes.protocol.rendezvous.RendezvousMessage;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.Network;

/// A client without an engine: one socket to an exit, one circuit of one hop over it, and whatever
/// a test wants to say on its streams. Nothing happens but in [#turn].
public final class RawClient implements FrameSink, CircuitListener, AutoCloseable {
  private static final int TURN_MILLIS = 2;
  private static final int PIECE = 256 << 10;

  private static final MemoryAccount UNBOUNDED =
      new MemoryAccount() {
        @Override
        public void charge(int bytes) {}

        @Override
        public void release(int bytes) {}

        @Override
        public boolean isShort() {
          return false;
        }
      };

  private final SecureRandom random = new SecureRandom();
  private final Socket socket;
  private final OutputStream out;
  private final NodeId exit;
  private final Bytes network;
  private final LinkHandshake handshake;
  private final Directory directory = new Directory(new DirectoryLimits(64, 0));
  private final CircuitCredit credit = new CircuitCredit();
  private final byte[] piece = new byte[PIECE];
  private final List<RendezvousMessage> told = new ArrayList<>();

  /// The circuit's end: says whatever a test wants.
  public final CircuitEnd end;

  private @Nullable LinkSession session;
  private @Nullable ClientSetup setup;
  private @Nullable ClientOnion onion;
  private int circuit;

  /// Why the exit ended the circuit, or the link broke.
  private @Nullable String gone;

  /// @param network in which it calls the exit
  public RawClient(NodeId exit, String address, Network network) throws IOException {
    this.exit = exit;
    this.network = Bytes.of(network.idBytes());
    int colon = address.lastIndexOf(':');
    socket =
        new Socket(
            InetAddress.getLoopbackAddress(), Integer.parseInt(address.substring(colon + 1)));
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TURN_MILLIS);
    out = socket.getOutputStream();
    handshake = LinkHandshake.initiator(exit, random::nextBytes);
    end =
        CircuitEnd.client(
            CircuitLimits.DEFAULT, new ChunkPool(1 << 20), UNBOUNDED, random::nextBytes, this);
    handshake.start(this::send);
  }

  public boolean isBuilt() {
    return onion != null;
  }

  /// Whether the circuit is over, or the link broke.
  public boolean isGone() {
    return gone != null;
  }

  /// What services and their clients are told that has come since this was asked last.
  public List<RendezvousMessage> told() {
    List<RendezvousMessage> since = List.copyOf(told);
    told.clear();
    return since;
  }

  private void send(byte[] array, int offset, int length) {
    try {
      out.write(array, offset, length);
    } catch (IOException e) {
      gone = "link broke";
    }
  }

  /// Reads what has come, for a moment, and writes what there is to say.
  public void turn() throws IOException {
    if (gone != null) {
      return;
    }
    try {
      int count = socket.getInputStream().read(piece);
      if (count < 0) {
        gone = "link ended";
        return;
      }
      received(ByteBuffer.wrap(piece, 0, count));
    } catch (SocketTimeoutException e) {
      // Nothing has come.
    } catch (WireException e) {
      throw new AssertionError("the exit broke the protocol", e);
    }
    pump();
  }

  private void received(ByteBuffer in) throws WireException {
    if (session == null) {
      handshake.receive(in, this::send);
      if (handshake.done()) {
        session = handshake.session();
        for (Admission.Output output :
            Admission.initiator(Gate.open(network), exit)
                .on(new Admission.Input.Start(), Instant.now())) {
          if (output instanceof Admission.Output.Send(Bytes message)) {
            session.directory(message.toArray(), 0, message.size());
          }
        }
        directory(new Directory.Input.LinkUp(1, true));
      }
    }
    if (session != null) {
      session.receive(in, this);
      session.receipt();
    }
  }

  private LinkSession session() {
    if (session == null) {
      throw new AssertionError("no link yet");
    }
    return session;
  }

  private void directory(Directory.Input input) {
    for (Directory.Output output : directory.on(input, Instant.now())) {
      if (output instanceof Directory.Output.Send(int _, Bytes message)) {
        session().directory(message.toArray(), 0, message.size());
      }
    }
    Optional<NodeDescriptor> known = directory.find(exit);
    if (setup == null && known.isPresent()) {
      build(known.get());
    }
  }

  private void build(NodeDescriptor node) {
    try {
      setup =
          ClientSetup.build(
              List.of(new HopKey(exit, node.onionKey())), new byte[0], random::nextBytes);
    } catch (WireException e) {
      throw new AssertionError(e);
    }
    circuit = session().nextCircuitId();
    byte[] packet = setup.packet();
    int at = session().beginCell(true, Cells.SETUP, circuit);
    System.arraycopy(packet, 0, session().array(), at, packet.length);
    credit.sent(true);
  }

  private void pump() {
    LinkSession open = session;
    if (open == null) {
      return;
    }
    long now = System.nanoTime();
    ClientOnion layers = onion;
    while (layers != null && end.ready(now) && credit.maySend(end.prefersLarge())) {
      boolean large = end.prefersLarge();
      int at = open.beginCell(large, Cells.RELAY, circuit);
      end.fill(open.array(), at + Cells.PAYLOAD_OFFSET, Cells.payload(large), now);
      layers.seal(open.array(), at, Cells.body(large));
      credit.sent(large);
      if (open.full()) {
        open.flush(this::send);
      }
    }
    open.flush(this::send);
  }

  /// Sends a message that the circuit's end would not.
  public void say(byte[] message) {
    int at = session().beginCell(true, Cells.RELAY, circuit);
    byte[] array = session().array();
    java.util.Arrays.fill(array, at, at + Cells.body(true), (byte) 0);
    System.arraycopy(message, 0, array, at + Cells.PAYLOAD_OFFSET, message.length);
    ClientOnion layers = java.util.Objects.requireNonNull(onion);
    layers.seal(array, at, Cells.body(true));
    credit.sent(true);
    session().flush(this::send);
  }

  @Override
  public void onCell(
      boolean large, int command, int circuitId, byte[] array, int bodyOffset, int bodyLength)
      throws WireException {
    credit.received(large);
    int units = credit.released(large);
    if (units > 0) {
      session().credit(circuitId, units);
    }
    ClientOnion layers = onion;
    if (layers == null && setup != null && command == Cells.SETUP_REPLY) {
      onion = setup.finish(array, bodyOffset);
      byte[] reply = setup.replyPayload();
      end.onPayload(reply, 0, reply.length, System.nanoTime());
    } else if (layers != null) {
      int at = layers.open(array, bodyOffset, bodyLength);
      if (RendezvousMessage.startsAt(layers.opened(), at)) {
        told.addAll(RendezvousMessage.decode(layers.opened(), at, Cells.payload(large)));
      } else {
        end.onPayload(layers.opened(), at, Cells.payload(large), System.nanoTime());
      }
    }
  }

  @Override
  public void onDestroy(int circuitId, LinkReason reason) {
    gone = "circuit destroyed: " + reason;
  }

  @Override
  public void onCredit(int circuitId, int units) throws WireException {
    credit.granted(units);
  }

  @Override
  public void onDirectory(byte[] array, int offset, int length) {
    directory(new Directory.Input.Received(1, Bytes.of(array, offset, length)));
  }

  @Override
  public void onPing(long nonce) {
    session().pong(nonce);
  }

  @Override
  public void onPong(long nonce) {}

  @Override
  public void onClose(LinkReason reason) {
    gone = "link closed: " + reason;
  }

  @Override
  public void onReady() {}

  @Override
  public void onClosed(Reason reason) {
    gone = "circuit closed: " + reason;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
