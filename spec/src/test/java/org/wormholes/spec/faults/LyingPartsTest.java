package org.wormholes.spec.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.wormholes.protocol.circuit.Part;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.StreamEnd;
import org.wormholes.protocol.circuit.StreamKey;
import org.wormholes.protocol.circuit.StreamListener;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.rules.Network;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.control.EngineStatus;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.lab.RawClient;

/// An exit whose clients lie about the parts of a split flow: each lie ends the flow it is told in,
/// with an error on both sides, and nothing else; what was kept for it is let go.
@Timeout(60)
final class LyingPartsTest {
  private static final long PATIENCE_NANOS = 20_000_000_000L;
  private static final int WINDOW = 256 << 10;
  private static final int PIECE = 16 << 10;

  /// Of a chunk. That of the first one is read at once, and its bytes are granted again.
  private static final int HEADER = 10;

  /// The type of a message (circuit.md, "Messages").
  private static final byte DATA = 5;

  private final SecureRandom random = new SecureRandom();
  private final List<RawClient> clients = new ArrayList<>();
  private LocalNetwork network;
  private ServerSocket server;

  @BeforeEach
  void start() throws IOException {
    network = LocalNetwork.of(1, 2);
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    server.setSoTimeout(1);
    for (int i = 0; i < 3; i++) {
      clients.add(
          new RawClient(
              exit().id(),
              Objects.requireNonNull(exit().carrierAddresses().get("tcp")),
              new Network(LocalNetwork.NETWORK, true, List.of())));
    }
    until("circuits are built", () -> clients.stream().allMatch(RawClient::isBuilt));
  }

  @AfterEach
  void stop() throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
    server.close();
    network.close();
  }

  private Engine exit() {
    return network.relays().getFirst();
  }

  // What is true.

  @Test
  void puttingInOrderWhatComesOverThreeLinks() throws IOException {
    List<Side> parts = open(secret(), 3);
    Socket accepted = connected(parts);
    parts.get(2).say(chunk(6, "ghi"));
    parts.get(1).say(chunk(3, "def"));
    parts.get(0).say(chunk(0, "abc"));
    parts.get(0).say(chunk(9, ""));
    parts.forEach(part -> part.stream().finish());
    turn();
    byte[] got = new byte[9];
    read(accepted, got);
    assertThat(new String(got, StandardCharsets.US_ASCII)).isEqualTo("abcdefghi");
    assertThat(accepted.getInputStream().read()).isEqualTo(-1);
    accepted.close();
    until("the flow is over", () -> parts.stream().allMatch(part -> part.ended));
    nothingIsKept();
  }

  // Lies in chunks.

  @Test
  void aGapThatNobodyFills() throws IOException {
    lie(parts -> parts.forEach(part -> part.say(chunk(5 + 5L * part.index, "fivee"))));
  }

  @Test
  void aByteThatComesTwice() throws IOException {
    lie(parts -> {
      parts.get(0).say(chunk(0, "abc"));
      parts.get(1).say(chunk(2, "cde"));
    });
  }

  @Test
  void aPlaceThatGoesBack() throws IOException {
    lie(parts -> {
      parts.get(0).say(chunk(100, "late"));
      parts.get(0).say(chunk(50, "early"));
      parts.get(1).say(chunk(0, "x".repeat(100)));
    });
  }

  @Test
  void aChunkBeyondTheEnd() throws IOException {
    lie(parts -> {
      parts.get(1).say(chunk(2, "beyond"));
      until("it has come", () -> parts.get(1).stream().acknowledgedBytes() > HEADER);
      parts.get(0).say(chunk(2, ""));
    });
  }

  @Test
  void aChunkThatIsTooLong() throws IOException {
    lie(parts -> parts.get(0).say(header(0, 0x4001)));
  }

  @Test
  void aPlaceOutOfThisWorld() throws IOException {
    lie(parts -> parts.get(0).say(header(-1L, 5)));
  }

  @Test
  void anEndWithinAChunk() throws IOException {
    lie(parts -> {
      parts.get(0).say(header(0, 10));
      parts.get(0).stream().finish();
    });
  }

  @Test
  void partsThatEndWithoutAnEnd() throws IOException {
    lie(parts -> {
      parts.get(0).say(chunk(0, "abc"));
      parts.forEach(part -> part.stream().finish());
    });
  }

  // Lies in opening.

  @Test
  void bytesBeforeAllPartsAreThere() throws IOException {
    StreamKey flow = secret();
    Side first = open(0, flow, 0, 2, here());
    first.say(chunk(0, "abc"));
    until("the part is refused", () -> first.reset != null);
    assertThat(first.reset).isEqualTo(Reason.PROTOCOL);
    nobodyWasCalled();
    nothingIsKept();
  }

  @Test
  void theSamePartTwice() throws IOException {
    refused((flow, sides) -> {
      sides.add(open(0, flow, 0, 2, here()));
      turn();
      sides.add(open(1, flow, 0, 2, here()));
    });
  }

  @Test
  void partsOfDifferentCounts() throws IOException {
    refused((flow, sides) -> {
      sides.add(open(0, flow, 0, 2, here()));
      turn();
      sides.add(open(1, flow, 6, 8, here()));
    });
  }

  @Test
  void partsToDifferentPlaces() throws IOException {
    refused((flow, sides) -> {
      sides.add(open(0, flow, 0, 2, here()));
      turn();
      sides.add(open(1, flow, 1, 2, Target.of("127.0.0.1", 1)));
    });
  }

  @Test
  void aPartOfAFlowThatIsComplete() throws IOException {
    StreamKey flow = secret();
    List<Side> parts = open(flow, 2);
    Socket accepted = connected(parts);
    Side third = open(2, flow, 1, 2, here());
    parts.get(0).say(chunk(0, "abc"));
    parts.get(1).say(chunk(3, "def"));
    byte[] got = new byte[6];
    read(accepted, got);
    // It waits for parts that will not come; the flow whose name it knows goes on.
    assertThat(third.connected).isFalse();
    assertThat(new String(got, StandardCharsets.US_ASCII)).isEqualTo("abcdef");
    third.stream().reset(Reason.REQUESTED);
    parts.get(0).stream().reset(Reason.REQUESTED);
    until("the other part is told", () -> parts.get(1).reset != null);
    accepted.close();
    nothingIsKept();
  }

  @Test
  void partsWithoutEnd() throws IOException {
    List<Side> lone = new ArrayList<>();
    for (int i = 0; i < 1_100; i++) {
      lone.add(open(0, secret(), 0, 2, here()));
    }
    until(
        "the oldest give way",
        () -> lone.stream().filter(part -> part.reset == Reason.LIMIT).count() == 1_100 - 1_024);
    assertThat(lone.subList(0, 1_100 - 1_024)).allMatch(part -> part.reset == Reason.LIMIT);
    // Who comes with all parts is served all the same.
    List<Side> parts = open(secret(), 3);
    Socket accepted = connected(parts);
    accepted.close();
    nobodyWasCalled();
  }

  // Memory.

  @Test
  void whatCannotBeHandedOnIsBoundedAndCounted() throws IOException {
    List<Side> parts = open(secret(), 3);
    Socket accepted = connected(parts);
    long before = keptForFlows();
    List<Side> ahead = parts.subList(1, 3);
    until(
        "all that was granted is used up",
        () -> {
          ahead.forEach(Side::pour);
          return ahead.stream()
              .allMatch(part -> part.stream().acknowledgedBytes() == WINDOW + HEADER);
        });
    long held = keptForFlows() - before;
    assertThat(held).isBetween(2L * (WINDOW - 32_768), 2L * 2 * WINDOW);
    for (int i = 0; i < 50; i++) {
      ahead.forEach(Side::pour);
      turn();
    }
    assertThat(ahead).allMatch(part -> part.stream().acknowledgedBytes() == WINDOW + HEADER);
    assertThat(keptForFlows() - before).isEqualTo(held);
    parts.get(0).say(header(0, 0x4001));
    ended(parts, accepted);
  }

  @Test
  void moreThanWasGranted() throws IOException {
    List<Side> parts = open(secret(), 3);
    Socket accepted = connected(parts);
    Side part = parts.get(1);
    until(
        "all that was granted is used up",
        () -> {
          part.pour();
          return part.stream().acknowledgedBytes() == WINDOW + HEADER;
        });
    clients.get(1).say(data(part.stream().id(), WINDOW + HEADER, 1_000));
    until("the circuit is given up", clients.get(1)::isGone);
    assertThat(clients.get(0).isGone()).isFalse();
    parts.get(0).stream().reset(Reason.REQUESTED);
    until("the rest is told", () -> parts.get(2).reset != null);
    accepted.close();
    nothingIsKept();
  }

  /// A message (circuit.md, "Messages") that brings `count` bytes of a stream.
  private static byte[] data(int stream, long offset, int count) {
    byte[] message = new byte[8 + 8 + count];
    message[0] = DATA;
    BigEndian.putU16(message, 2, 8 + count);
    BigEndian.putI32(message, 4, stream);
    BigEndian.putI64(message, 8, offset);
    return message;
  }

  // How lies end.

  private interface Lie {
    void tell(List<Side> parts) throws IOException;
  }

  private void lie(Lie lie) throws IOException {
    List<Side> parts = open(secret(), 3);
    Socket accepted = connected(parts);
    lie.tell(parts);
    ended(parts, accepted);
    // The circuits live: it was the flow that lied.
    assertThat(clients).noneMatch(RawClient::isGone);
  }

  private void ended(List<Side> parts, Socket accepted) throws IOException {
    until("all parts are reset", () -> parts.stream().allMatch(part -> part.reset != null));
    assertThat(parts).extracting(part -> part.reset).containsOnly(Reason.PROTOCOL);
    accepted.setSoTimeout(10_000);
    assertThatThrownBy(() -> accepted.getInputStream().readAllBytes())
        .as("an error, not an end")
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(SocketTimeoutException.class);
    accepted.close();
    nothingIsKept();
  }

  private interface Opening {
    void tell(StreamKey flow, List<Side> sides) throws IOException;
  }

  private void refused(Opening opening) throws IOException {
    List<Side> sides = new ArrayList<>();
    opening.tell(secret(), sides);
    until("both are refused", () -> sides.stream().allMatch(side -> side.reset != null));
    assertThat(sides).extracting(side -> side.reset).contains(Reason.PROTOCOL);
    assertThat(sides).noneMatch(side -> side.connected);
    nobodyWasCalled();
    nothingIsKept();
  }

  private void nobodyWasCalled() {
    assertThatThrownBy(() -> server.accept()).isInstanceOf(SocketTimeoutException.class);
  }

  /// Of flows: links keep what they sent until the peer says that it has it.
  private void nothingIsKept() throws IOException {
    until("everything is let go", () -> keptForFlows() == 0);
  }

  private long keptForFlows() {
    EngineStatus status = exit().status();
    return status.memoryUsed() - status.memoryUnheard();
  }

  // Parts.

  private StreamKey secret() {
    byte[] bytes = new byte[StreamKey.LENGTH];
    random.nextBytes(bytes);
    return StreamKey.of(bytes, 0);
  }

  private Target here() {
    return Target.of("127.0.0.1", server.getLocalPort());
  }

  private List<Side> open(StreamKey flow, int count) {
    List<Side> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parts.add(open(i, flow, i, count, here()));
    }
    return parts;
  }

  private Side open(int client, StreamKey flow, int index, int count, Target target) {
    Side side = new Side(index);
    side.opened = clients.get(client).end.open(target, new Part(flow, index, count), side);
    return side;
  }

  private Socket connected(List<Side> parts) throws IOException {
    List<Socket> accepted = new ArrayList<>();
    until(
        "the flow is connected",
        () -> {
          if (accepted.isEmpty()) {
            accept(accepted);
          }
          return !accepted.isEmpty() && parts.stream().allMatch(part -> part.connected);
        });
    return accepted.getFirst();
  }

  private void accept(List<Socket> accepted) {
    try {
      accepted.add(server.accept());
    } catch (IOException e) {
      // Nobody has come yet.
    }
  }

  private void read(Socket from, byte[] into) throws IOException {
    from.setSoTimeout(1);
    int[] at = new int[1];
    until(
        "bytes arrive",
        () -> {
          try {
            at[0] += Math.max(0, from.getInputStream().read(into, at[0], into.length - at[0]));
          } catch (IOException e) {
            // Not yet.
          }
          return at[0] == into.length;
        });
    from.setSoTimeout(0);
  }

  private void turn() throws IOException {
    for (RawClient client : clients) {
      client.turn();
    }
  }

  private void until(String what, BooleanSupplier holds) throws IOException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      turn();
    }
  }

  private static byte[] chunk(long offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    byte[] chunk = java.util.Arrays.copyOf(header(offset, bytes.length), HEADER + bytes.length);
    System.arraycopy(bytes, 0, chunk, HEADER, bytes.length);
    return chunk;
  }

  private static byte[] header(long offset, int length) {
    byte[] header = new byte[HEADER];
    BigEndian.putI64(header, 0, offset);
    BigEndian.putU16(header, 8, length);
    return header;
  }

  /// One part, as its client has it.
  private static final class Side implements StreamListener {
    final int index;
    @Nullable StreamEnd opened;
    long poured;
    boolean connected;
    boolean ended;
    @Nullable Reason reset;

    Side(int index) {
      this.index = index;
    }

    StreamEnd stream() {
      return java.util.Objects.requireNonNull(opened);
    }

    /// Offers as much as there is room for, far ahead of what anybody waits for.
    void pour() {
      while (stream().room() > HEADER + PIECE) {
        say(header(poured + ((long) index << 40), PIECE));
        say(new byte[PIECE]);
        poured += PIECE;
      }
    }

    void say(byte[] bytes) {
      ByteBuffer data = ByteBuffer.wrap(bytes);
      stream().offer(data, System.nanoTime());
      assertThat(data.hasRemaining()).isFalse();
    }

    @Override
    public void onConnected(int family) {
      connected = true;
    }

    @Override
    public void onData(byte[] array, int offset, int length) {
      stream().consumed(length);
    }

    @Override
    public void onFinished() {}

    @Override
    public void onReset(Reason reason) {
      reset = reason;
    }

    @Override
    public void onWritable() {}

    @Override
    public void onEnded() {
      ended = true;
    }
  }
}
