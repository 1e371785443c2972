package org.wormholes.spec.bench;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.link.FrameSink;
import org.wormholes.protocol.link.LinkHandshake;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.link.LinkSession;
import org.wormholes.protocol.onion.ClientOnion;
import org.wormholes.protocol.onion.ClientSetup;
import org.wormholes.protocol.onion.HopKey;
import org.wormholes.protocol.onion.OnionKeyPair;
import org.wormholes.protocol.onion.OnionKeyRing;
import org.wormholes.protocol.onion.RelayLayer;
import org.wormholes.protocol.onion.RelaySetup;
import org.wormholes.protocol.onion.ReplayCache;
import org.wormholes.protocol.wire.ByteSink;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// What one cell and one handshake cost on one thread. Batches of about a millisecond; the figure
/// is the fastest tenth, which other work on the machine disturbs least.
public final class CryptoBench {
  private static final int BATCHES = 2_000;
  private static final int HOPS = 3;

  private final Entropy entropy;

  private CryptoBench(Entropy entropy) {
    this.entropy = entropy;
  }

  /// Prints nanoseconds for each step.
  public static void main(String[] arguments) throws Exception {
    new CryptoBench(new Random(1)::nextBytes).run();
  }

  private interface Step {
    void run() throws Exception;
  }

  private void run() throws Exception {
    for (boolean large : new boolean[] {true, false}) {
      cells(large);
      records(large);
    }
    setUp();
    handshake();
  }

  private void cells(boolean large) throws Exception {
    int length = Cells.body(large);
    // The cells of a batch are made ahead, so that each step is timed alone.
    Path path = path();
    int batch = large ? 16 : 160;
    byte[][] cells = new byte[batch][length];
    byte[][] more = new byte[batch][length];
    measureBatches(
        "client seals, 3 hops" + size(large),
        batch,
        () -> {},
        () -> {
          for (byte[] cell : cells) {
            path.client.seal(cell, 0, length);
          }
        },
        () -> forwardAll(path, cells, more));
    Path fresh = path();
    measureBatches(
        "relay peels" + size(large),
        batch,
        () -> {
          for (byte[] cell : cells) {
            fresh.client.seal(cell, 0, length);
          }
        },
        () -> {
          for (int i = 0; i < batch; i++) {
            require(fresh.relays.get(0).peel(cells[i], 0, length, more[i], 0));
          }
        },
        () -> {});
    Path back = path();
    measureBatches(
        "relay wraps" + size(large),
        batch,
        () -> {},
        () -> {
          for (int i = 0; i < batch; i++) {
            back.relays.get(0).wrap(cells[i], 0, length, more[i], 0);
          }
        },
        () -> {});
    Path open = path();
    measureBatches(
        "client opens, 3 hops" + size(large),
        batch,
        () -> {
          for (int i = 0; i < batch; i++) {
            open.relays.get(2).seal(cells[i], 0, length);
            open.relays.get(1).wrap(cells[i], 0, length, more[i], 0);
            open.relays.get(0).wrap(more[i], 0, length, cells[i], 0);
          }
        },
        () -> {
          for (byte[] cell : cells) {
            open.client.open(cell, 0, length);
          }
        },
        () -> {});
  }

  private void forwardAll(Path path, byte[][] cells, byte[][] more) {
    // Keeps the relays in step with the client.
    for (int i = 0; i < cells.length; i++) {
      int length = cells[i].length;
      require(path.relays.get(0).peel(cells[i], 0, length, more[i], 0));
    }
  }

  private void records(boolean large) throws Exception {
    LinkSession[] link = link();
    ByteBuffer wire = ByteBuffer.allocateDirect(256 * 1024);
    ByteSink toWire = (array, offset, length) -> wire.put(array, offset, length);
    int batch = large ? 8 : 80;
    Counter counter = new Counter();
    // Something to hear a cell of: a circuit that the initiator opened.
    int circuit = link[0].nextCircuitId();
    link[0].beginCell(true, Cells.SETUP, circuit);
    link[0].flush(toWire);
    link[1].receive(wire.flip(), counter);
    measureBatches(
        "link seals, copy to direct" + size(large),
        batch,
        wire::clear,
        () -> {
          for (int i = 0; i < batch; i++) {
            link[0].beginCell(large, Cells.RELAY, circuit);
          }
          link[0].flush(toWire);
        },
        () -> link[1].receive(wire.flip(), counter));
    measureBatches(
        "link opens, copy from direct" + size(large),
        batch,
        () -> {
          wire.clear();
          for (int i = 0; i < batch; i++) {
            link[0].beginCell(large, Cells.RELAY, circuit);
          }
          link[0].flush(toWire);
          wire.flip();
        },
        () -> link[1].receive(wire, counter),
        () -> {});
  }

  private void setUp() throws Exception {
    Route route = route();
    byte[] early = new byte[1_000];
    measure("client builds set-up, 3 hops", () -> ClientSetup.build(route.keys, early, entropy));
    List<byte[]> packets = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      packets.add(ClientSetup.build(route.keys, early, entropy).packet());
    }
    measureBatches(
        "relay peels set-up, reply included",
        packets.size(),
        () -> {},
        () -> {
          ReplayCache replays = new ReplayCache(1_000, entropy);
          byte[] reply = new byte[Cells.LARGE_BODY];
          byte[] wrapped = new byte[Cells.LARGE_BODY];
          for (byte[] packet : packets) {
            RelaySetup.peel(route.names.get(0), route.rings.get(0), replays, packet, 0, entropy)
                .wrapReply(reply, 0, wrapped, 0);
          }
        },
        () -> {});
    measure("set-up of 3 hops, all parties", this::path);
  }

  private void handshake() throws Exception {
    measure("link handshake, both sides", this::link);
  }

  private static String size(boolean large) {
    return large ? ", large" : ", small";
  }

  private static void measure(String name, Step step) throws Exception {
    measureBatches(name, 1, () -> {}, step, () -> {});
  }

  private static void measureBatches(String name, int count, Step before, Step step, Step after)
      throws Exception {
    long[] times = new long[BATCHES];
    for (int round = -BATCHES; round < BATCHES; round++) {
      before.run();
      long start = System.nanoTime();
      step.run();
      long time = System.nanoTime() - start;
      after.run();
      if (round >= 0) {
        times[round] = time / count;
      }
    }
    Arrays.sort(times);
    System.out.printf(
        "%-40s %,9d ns   median %,9d%n", name, times[BATCHES / 10], times[BATCHES / 2]);
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new IllegalStateException("a layer did not open");
    }
  }

  private record Route(List<NodeId> names, List<OnionKeyRing> rings, List<HopKey> keys) {}

  private record Path(ClientOnion client, List<RelayLayer> relays) {}

  private Route route() {
    List<NodeId> names = new ArrayList<>();
    List<OnionKeyRing> rings = new ArrayList<>();
    List<HopKey> keys = new ArrayList<>();
    for (int i = 0; i < HOPS; i++) {
      OnionKeyPair pair = OnionKeyPair.create(i, entropy);
      names.add(NodeKey.create(entropy).id());
      rings.add(OnionKeyRing.of(pair));
      keys.add(new HopKey(names.get(i), pair.publicKey()));
    }
    return new Route(names, rings, keys);
  }

  private Path path() throws WireException {
    return path(route());
  }

  private Path path(Route route) throws WireException {
    ClientSetup client = ClientSetup.build(route.keys, new byte[0], entropy);
    List<RelaySetup> setups = new ArrayList<>();
    byte[] packet = client.packet();
    ReplayCache replays = new ReplayCache(10, entropy);
    for (int i = 0; i < HOPS; i++) {
      RelaySetup setup =
          RelaySetup.peel(route.names.get(i), route.rings.get(i), replays, packet, 0, entropy);
      setups.add(setup);
      packet = setup.nextBody();
    }
    byte[] reply = new byte[Cells.LARGE_BODY];
    setups.get(HOPS - 1).sealReply(new byte[0], reply, 0);
    for (int i = HOPS - 2; i >= 0; i--) {
      byte[] wrapped = new byte[Cells.LARGE_BODY];
      setups.get(i).wrapReply(reply, 0, wrapped, 0);
      reply = wrapped;
    }
    ClientOnion onion = client.finish(reply, 0);
    return new Path(onion, setups.stream().map(RelaySetup::layer).toList());
  }

  private LinkSession[] link() throws WireException {
    NodeKey server = NodeKey.create(entropy);
    LinkHandshake client = LinkHandshake.initiator(server.id(), entropy);
    LinkHandshake responder = LinkHandshake.responder(server, entropy);
    ByteBuffer there = ByteBuffer.allocate(LinkHandshake.MESSAGE_1);
    ByteBuffer back = ByteBuffer.allocate(LinkHandshake.MESSAGE_2);
    ByteSink toServer = (array, offset, length) -> there.put(array, offset, length);
    ByteSink toClient = (array, offset, length) -> back.put(array, offset, length);
    client.start(toServer);
    responder.receive(there.flip(), toClient);
    there.clear();
    client.receive(back.flip(), toServer);
    responder.receive(there.flip(), toClient);
    return new LinkSession[] {client.session(), responder.session()};
  }

  private static final class Counter implements FrameSink {
    private long cells;

    @Override
    public void onCell(
        boolean large, int command, int circuitId, byte[] array, int bodyOffset, int bodyLength) {
      cells++;
    }

    @Override
    public void onDestroy(int circuitId, LinkReason reason) {}

    @Override
    public void onCredit(int circuitId, int units) {}

    @Override
    public void onDirectory(byte[] array, int offset, int length) {}

    @Override
    public void onPing(long nonce) {}

    @Override
    public void onPong(long nonce) {}

    @Override
    public void onClose(LinkReason reason) {}

    @Override
    public String toString() {
      return cells + " cells";
    }
  }
}
