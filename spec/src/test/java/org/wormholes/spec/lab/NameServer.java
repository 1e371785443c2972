package org.wormholes.spec.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// A name server on loopback that knows one zone, `wormholes.test`, every name of which is
/// 127.0.0.1 (RFC 1035 section 4). It counts what it is asked, so that a test can tell who asked.
public final class NameServer implements AutoCloseable {
  public static final String ZONE = "wormholes.test";

  private static final int TYPE_A = 1;
  private static final int CLASS_IN = 1;
  private static final int NO_SUCH_NAME = 3;
  private static final int TTL_SECONDS = 1;

  private final DatagramChannel channel;
  private final List<String> questions = new CopyOnWriteArrayList<>();

  private NameServer(DatagramChannel channel) {
    this.channel = channel;
  }

  public static NameServer start() throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    NameServer server = new NameServer(channel);
    Thread.ofPlatform().daemon().name("name server").start(server::serve);
    return server;
  }

  private void serve() {
    ByteBuffer query = ByteBuffer.allocate(1_500);
    try {
      while (true) {
        query.clear();
        var asker = channel.receive(query);
        query.flip();
        Optional<ByteBuffer> answer = answer(query);
        if (answer.isPresent()) {
          channel.send(answer.get(), asker);
        }
      }
    } catch (AsynchronousCloseException closed) {
      // The end of the test.
    } catch (IOException broken) {
      throw new AssertionError("name server", broken);
    }
  }

  private Optional<ByteBuffer> answer(ByteBuffer query) {
    if (query.remaining() < 17) {
      return Optional.empty();
    }
    short id = query.getShort();
    query.position(12);
    int begin = query.position();
    String name = name(query);
    int type = Short.toUnsignedInt(query.getShort());
    query.getShort();
    int end = query.position();
    questions.add(name);
    boolean known = name.equals(ZONE) || name.endsWith("." + ZONE);
    boolean answered = known && type == TYPE_A;
    ByteBuffer out = ByteBuffer.allocate(512);
    // Response, authoritative, recursion desired and available; one question.
    out.putShort(id).putShort((short) (0x8580 | (known ? 0 : NO_SUCH_NAME)));
    out.putShort((short) 1).putShort((short) (answered ? 1 : 0)).putInt(0);
    out.put(query.slice(begin, end - begin));
    if (answered) {
      out.putShort((short) 0xc00c).putShort((short) TYPE_A).putShort((short) CLASS_IN);
      out.putInt(TTL_SECONDS).putShort((short) 4).put(new byte[] {127, 0, 0, 1});
    }
    return Optional.of(out.flip());
  }

  private static String name(ByteBuffer query) {
    StringBuilder name = new StringBuilder();
    for (int length = query.get(); length > 0; length = query.get()) {
      byte[] label = new byte[length];
      query.get(label);
      name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
    }
    return name.toString();
  }

  public int port() {
    try {
      return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    } catch (IOException closed) {
      throw new AssertionError("the name server is closed", closed);
    }
  }

  /// Every name asked for so far.
  public List<String> questions() {
    return List.copyOf(questions);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
