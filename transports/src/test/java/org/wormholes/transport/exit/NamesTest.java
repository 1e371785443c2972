package org.wormholes.transport.exit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.runtime.spi.Outside.ResolveListener;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.Sockets;

@Timeout(30)
class NamesTest {
  private final Sockets sockets = Sockets.open(NettyOptions.defaults().withLoops(1));
  private final NettyOutside outside = new NettyOutside(sockets);
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private DatagramSocket server = newServer();

  private static DatagramSocket newServer() {
    try {
      return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @BeforeEach
  void serve() {
    Thread.startVirtualThread(this::answer);
  }

  @AfterEach
  void close() {
    sockets.close();
    server.close();
  }

  @Test
  void asksTheGivenServerForBothFamiliesAndRemembers() throws Exception {
    List<InetAddress> first = resolve("www.page.test");
    assertThat(first)
        .extracting(InetAddress::getHostAddress)
        .containsExactlyInAnyOrder("192.0.2.7", "2001:db8:0:0:0:0:0:7");
    if (!Routes.hasIpv6()) {
      assertThat(first.getFirst().getHostAddress()).isEqualTo("192.0.2.7");
    }
    assertThat(asked).containsExactlyInAnyOrder("www.page.test A", "www.page.test AAAA");
    assertThat(resolve("www.page.test")).isEqualTo(first);
    assertThat(asked).hasSize(2);
  }

  @Test
  void doesNotRememberLongerThanAllowed() throws Exception {
    resolve("short.page.test");
    assertThat(asked).hasSize(2);
    CompletableFuture<Void> later = new CompletableFuture<>();
    sockets.loops().getFirst().schedule(Duration.ofMillis(1200), () -> later.complete(null));
    later.get(5, TimeUnit.SECONDS);
    resolve("short.page.test");
    assertThat(asked).hasSize(4);
  }

  @Test
  void saysWhenThereIsNoSuchName() throws Exception {
    assertThat(failure("missing.test")).isEqualTo("no such name");
  }

  @Test
  void followsAnAlias() throws Exception {
    assertThat(resolve("alias.test")).extracting(InetAddress::getHostAddress).contains("192.0.2.7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1", "::1", "192.0.2.1", "2001:db8::1", "localhost", "a.localhost"})
  void needsNoLookupForWhatIsKnown(String host) throws Exception {
    assertThat(resolve(host)).isNotEmpty();
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a..b", "a b", "fe80::1%lo", "\u00fc.test"})
  void refusesWhatIsNoName(String host) throws Exception {
    assertThat(failure(host)).isEqualTo("not a name that DNS can hold");
    assertThat(asked).isEmpty();
  }

  @Test
  void refusesLabelsThatAreTooLong() throws Exception {
    assertThat(failure("a".repeat(64) + ".test")).contains("not a name");
    assertThat(failure("a.".repeat(127) + "test")).contains("not a name");
  }

  /// Spellings that old C functions take for 127.0.0.1 are names here and get no address.
  @ParameterizedTest
  @ValueSource(strings = {"0x7f.1", "127.1", "2130706433", "0177.0.0.1"})
  void takesOddSpellingsForNames(String host) throws Exception {
    assertThat(failure(host)).isEqualTo("no such name");
  }

  @Test
  void saysWhatIsWrongWithAServer() throws Exception {
    Outcome outcome = new Outcome();
    outside.resolve(sockets.loops().getFirst(), "a.test", List.of("dns.example"), outcome);
    assertThat(outcome.why.get(5, TimeUnit.SECONDS))
        .contains("a name server must be ip or ip:port");
  }

  private List<InetAddress> resolve(String host) throws Exception {
    return ask(host).addresses.get(10, TimeUnit.SECONDS);
  }

  private String failure(String host) throws Exception {
    return ask(host).why.get(10, TimeUnit.SECONDS);
  }

  private Outcome ask(String host) {
    Outcome outcome = new Outcome();
    outside.resolve(
        sockets.loops().getFirst(), host, List.of("127.0.0.1:" + server.getLocalPort()), outcome);
    return outcome;
  }

  private static final class Outcome implements ResolveListener {
    private final CompletableFuture<List<InetAddress>> addresses = new CompletableFuture<>();
    private final CompletableFuture<String> why = new CompletableFuture<>();

    @Override
    public void onResolved(List<InetAddress> found) {
      addresses.complete(found);
      why.completeExceptionally(new AssertionError("resolved to " + found));
    }

    @Override
    public void onUnresolved(String reason) {
      why.complete(reason);
      addresses.completeExceptionally(new AssertionError(reason));
    }
  }

  // A name server of a few lines: *.page.test has addresses, alias.test points there, the rest is
  // not.

  private void answer() {
    DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
    try {
      while (true) {
        packet.setLength(1500);
        server.receive(packet);
        byte[] reply = reply(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
        server.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
      }
    } catch (IOException closed) {
      return;
    }
  }

  private byte[] reply(ByteBuffer query) {
    short id = query.getShort();
    query.position(12);
    StringBuilder name = new StringBuilder();
    for (int length = query.get(); length > 0; length = query.get()) {
      for (int i = 0; i < length; i++) {
        name.append((char) query.get());
      }
      name.append('.');
    }
    name.setLength(Math.max(0, name.length() - 1));
    short type = query.getShort();
    String host = name.toString().toLowerCase(Locale.ROOT);
    asked.add(host + (type == 1 ? " A" : " AAAA"));
    boolean alias = host.equals("alias.test");
    boolean known = alias || host.endsWith(".page.test");
    ByteBuffer reply = ByteBuffer.allocate(512);
    reply.putShort(id).putShort((short) (known ? 0x8180 : 0x8183)).putShort((short) 1);
    reply.putShort((short) (known ? (alias ? 2 : 1) : 0)).putInt(0);
    putName(reply, host);
    reply.putShort(type).putShort((short) 1);
    if (known) {
      int ttl = host.startsWith("short") ? 1 : 300;
      String owner = host;
      if (alias) {
        ByteBuffer target = ByteBuffer.allocate(64);
        putName(target, "www.page.test");
        putName(reply, host);
        reply.putShort((short) 5).putShort((short) 1).putInt(ttl);
        reply.putShort((short) target.position()).put(target.flip());
        owner = "www.page.test";
      }
      putName(reply, owner);
      reply.putShort(type).putShort((short) 1).putInt(ttl);
      byte[] address = type == 1 ? new byte[] {(byte) 192, 0, 2, 7} : ipv6();
      reply.putShort((short) address.length).put(address);
    }
    byte[] bytes = new byte[reply.position()];
    reply.flip().get(bytes);
    return bytes;
  }

  private static byte[] ipv6() {
    byte[] address = new byte[16];
    address[0] = 0x20;
    address[1] = 1;
    address[2] = 0xd;
    address[3] = (byte) 0xb8;
    address[15] = 7;
    return address;
  }

  private static void putName(ByteBuffer out, String name) {
    for (String label : name.split("\\.", -1)) {
      out.put((byte) label.length());
      for (int i = 0; i < label.length(); i++) {
        out.put((byte) label.charAt(i));
      }
    }
    out.put((byte) 0);
  }
}
