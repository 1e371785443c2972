package org.wormholes.spec.carriers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.rules.Network;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Transport;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.lab.Ports;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.socket.NettyOptions;

/// A node that listens on two carriers and announces one: no form of the other's address is in what
/// it sends over any link, tells as an event or logs.
@Timeout(30)
class CaptureTest {
  private static final List<String> CARRIERS = List.of("tcp", "tls", "websocket", "i2p", "quic");
  static final String NETWORK = "capture";
  private static final byte[] ROUTER_HASH = HexFormat.of().parseHex("c0ffee11".repeat(8));

  private static final Transport MACHINE = machine();

  private final List<Wiretap> taps = new ArrayList<>();
  private final Queue<String> said = new ConcurrentLinkedQueue<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("org.wormholes");
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          said.add(event.getFormattedMessage());
          Optional.ofNullable(event.getThrowableProxy())
              .ifPresent(cause -> said.add(String.valueOf(cause.getMessage())));
        }
      };
  private Level before = Level.INFO;

  private static Transport machine() {
    return new StandIn(NettyTransport.open(NettyOptions.defaults().withLoops(1)));
  }

  @AfterAll
  static void stop() {
    MACHINE.close();
  }

  @BeforeEach
  void listen() {
    before = logger.getEffectiveLevel();
    logger.setLevel(Level.TRACE);
    appender.start();
    logger.addAppender(appender);
  }

  @AfterEach
  void silence() {
    logger.detachAppender(appender);
    logger.setLevel(before);
    taps.forEach(Wiretap::close);
  }

  /// Where a node listens on a carrier, what it is then known by, and each form that can give it
  /// away.
  ///
  /// @param texts in any letters
  /// @param bytes as they are
  private record Place(String listen, String known, List<String> texts, List<byte[]> bytes) {}

  private static Place place(String carrier, int subnet) {
    int port = Ports.free();
    String host = "127.0." + subnet + ".9";
    String address = host + ":" + port;
    byte[] ip = {127, 0, (byte) subnet, 9};
    List<String> texts =
        new ArrayList<>(
            List.of(host, ":" + port, HexFormat.of().formatHex(ip), "9." + subnet + ".0.127"));
    List<byte[]> bytes = new ArrayList<>(List.of(ip));
    return switch (carrier) {
      case "tls" -> {
        texts.add("hidden" + subnet);
        yield new Place(
            address + ",name=hidden" + subnet + ".example",
            address + ",name=hidden" + subnet + ".example",
            texts,
            bytes);
      }
      case "websocket" -> {
        texts.add("hidden" + subnet);
        yield new Place(address + "/hidden" + subnet, address + "/hidden" + subnet, texts, bytes);
      }
      case "i2p" -> {
        String name = Base32.encode(ROUTER_HASH) + ".b32.i2p";
        texts.add(name.substring(0, 52));
        texts.add(HexFormat.of().formatHex(ROUTER_HASH));
        bytes.add(ROUTER_HASH);
        yield new Place(name + "@" + address, name, texts, bytes);
      }
      default -> new Place(address, address, texts, bytes);
    };
  }

  static Stream<Arguments> pairs() {
    List<String> there =
        CARRIERS.stream()
            .filter(name -> MACHINE.carriers().stream().anyMatch(it -> it.name().equals(name)))
            .toList();
    return there.stream()
        .flatMap(told ->
            there.stream()
                .filter(hidden -> !hidden.equals(told))
                .map(hidden -> Arguments.of(told, hidden)));
  }

  private static Carrier carrier(String name) {
    return MACHINE.carriers().stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest(name = "{0} is announced, {1} is not")
  @MethodSource("pairs")
  void whatIsNotAnnouncedIsNeverTold(String told, String hidden) throws Exception {
    Place open = place(told, 21);
    Place secret = place(hidden, 22);
    Map<String, String> listen = new LinkedHashMap<>();
    listen.put(told, open.listen());
    listen.put(hidden, secret.listen());
    NodeKey meeting = Wiretap.key();
    CompletableFuture<Wiretap> met = new CompletableFuture<>();
    Place outward = place(hidden, 23);
    Listener listener =
        carrier(hidden)
            .listen(
                MACHINE.loops(),
                hidden.equals("i2p")
                    ? Base32.encode(new byte[32]) + ".b32.i2p@127.0.23.9:0"
                    : outward.listen(),
                connection -> met.complete(Wiretap.accept(connection, meeting)))
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    String contact = new NodeUri(meeting.id(), hidden, listener.address()).format();
    try (Engine node = node(listen, Map.of(told, open.known()), contact)) {
      var _ =
          node.events(event -> {
            said.add(event.subject() + " " + event.message() + " " + event.details());
          });
      Loop loop = MACHINE.loops().getFirst();
      for (Map.Entry<String, String> each : node.carrierAddresses().entrySet()) {
        taps.add(Wiretap.dial(carrier(each.getKey()), loop, each.getValue(), node.id()));
      }
      taps.add(met.get(10, TimeUnit.SECONDS));
      taps.getLast().awaitNews();
      for (Wiretap tap : taps) {
        byte[] heard = tap.heard();
        assertThat(new String(heard, ISO_8859_1)).contains(open.known());
        assertHides(heard, secret);
      }
      assertThat(node.nodes().getFirst().addresses()).isEqualTo(Map.of(told, open.known()));
    } finally {
      listener.close().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
    assertThat(said).as("something was said at all").isNotEmpty();
    for (String each : said) {
      assertHides(each.getBytes(ISO_8859_1), secret);
    }
  }

  private static Engine node(
      Map<String, String> listen, Map<String, String> announce, String contact) throws Exception {
    return Engine.start(
        new NodeSettings(
            Wiretap.key(),
            List.of(new Network(NETWORK, true, List.of(contact))),
            Set.of(NodeRole.RELAY, NodeRole.EXIT, NodeRole.GUARD),
            listen,
            announce,
            "",
            "",
            "",
            0,
            Optional.of(LocalNetwork.LOOPBACK_EXIT),
            NodeSettings.DEFAULT_MEMORY),
        MACHINE,
        GuardStore.NONE);
  }

  private static void assertHides(byte[] heard, Place secret) {
    String text = new String(heard, ISO_8859_1);
    for (String each : secret.texts()) {
      assertThat(text).doesNotContainIgnoringCase(each);
    }
    for (byte[] each : secret.bytes()) {
      assertThat(text).doesNotContain(new String(each, ISO_8859_1));
    }
  }

  /// The alphabet of I2P's names (RFC 4648 section 6, lower case, no padding).
  private static final class Base32 {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

    private Base32() {}

    static String encode(byte[] bytes) {
      StringBuilder text = new StringBuilder();
      int bits = 0;
      int kept = 0;
      for (byte each : bytes) {
        bits = bits << 8 | (each & 0xff);
        kept += 8;
        while (kept >= 5) {
          kept -= 5;
          text.append(ALPHABET.charAt(bits >> kept & 31));
        }
      }
      if (kept > 0) {
        text.append(ALPHABET.charAt(bits << (5 - kept) & 31));
      }
      return text.toString();
    }
  }
}
