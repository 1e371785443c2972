package org.wormholes.spec.carriers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
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
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Transport;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.Ports;
import org.wormholes.spec.lab.TorLab;
import org.wormholes.transport.CarrierSettings;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.program.Programs;
import org.wormholes.transport.socket.NettyOptions;

/// A node that listens on several carriers and announces some: no form of another's address is in
/// what it sends over any link, tells as an event or logs.
@Timeout(30)
class CaptureTest {
  private static final List<String> CARRIERS =
      List.of("tcp", "tls", "websocket", "i2p", "quic", "pluggable");
  static final String NETWORK = "capture";
  private static final byte[] ROUTER_HASH = HexFormat.of().parseHex("c0ffee11".repeat(8));

  private static final Path FOLDER = folder();
  private static final Transport MACHINE = machine(Map.of());

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

  private static Path folder() {
    try {
      return Files.createTempDirectory("capture");
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static Transport machine(Map<String, Map<String, String>> options) {
    return new StandIn(
        NettyTransport.open(
            NettyOptions.defaults().withLoops(1),
            EntryLimits.defaults(),
            new CarrierSettings(Optional.of(FOLDER), options)));
  }

  @AfterAll
  static void stop() throws IOException {
    MACHINE.close();
    try (Stream<Path> files = Files.walk(FOLDER)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
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
  }

  /// Where a node listens on a carrier, what it is then known by, and each form that can give it
  /// away.
  ///
  /// @param texts in any letters
  /// @param bytes as they are
  private record Place(String listen, String known, List<String> texts, List<byte[]> bytes) {}

  private static Place place(Transport machine, String carrier, int subnet, NodeKey key)
      throws Exception {
    if (carrier.equals("tor")) {
      String known = key.id().address() + ".onion:4040";
      // Before the dot it is the node's own name, which others know.
      return new Place("127.0.0.1:0", known, List.of(".onion", ":4040"), List.of());
    }
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
      case "pluggable" -> {
        String known = trial(machine, address + ",transport=obfs4");
        texts.add(known.replaceAll(".*,cert=([^,]+).*", "$1"));
        yield new Place(address + ",transport=obfs4", known, texts, bytes);
      }
      default -> new Place(address, address, texts, bytes);
    };
  }

  /// What a listener there is known by, which its program says and keeps.
  private static String trial(Transport machine, String listen) throws Exception {
    Listener listener =
        carrier(machine, "pluggable")
            .listen(machine.loops(), listen, Connection::abort)
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    try {
      return listener.address();
    } finally {
      listener.close().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  static Stream<Arguments> pairs() {
    List<String> there = CARRIERS.stream().filter(CaptureTest::isHere).toList();
    return there.stream()
        .flatMap(told ->
            there.stream()
                .filter(hidden -> !hidden.equals(told))
                .map(hidden -> Arguments.of(told, hidden)));
  }

  private static boolean isHere(String carrier) {
    return MACHINE.carriers().stream().anyMatch(it -> it.name().equals(carrier))
        && (!carrier.equals("pluggable")
            || Programs.find("obfs4proxy", Programs.usualPath()).isPresent());
  }

  private static Carrier carrier(Transport machine, String name) {
    return machine.carriers().stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest(name = "{0} is announced, {1} is not")
  @MethodSource("pairs")
  void whatIsNotAnnouncedIsNeverTold(String told, String hidden) throws Exception {
    keepsApart(MACHINE, List.of(told), List.of(hidden), Duration.ofSeconds(10));
  }

  /// The onion service that is announced is the only place the node is known by.
  @Test
  @Timeout(200)
  @ExtendWith(TorLab.Extension.class)
  void aNodeThatAnnouncesTorTellsNoOtherPlace(TorLab lab) throws Exception {
    List<String> others = CARRIERS.stream().filter(CaptureTest::isHere).toList();
    try (Transport machine = machine(Map.of("tor", Map.of("torrc", lab.torrc().toString())))) {
      keepsApart(machine, List.of("tor"), others, TorLab.JOINING);
    }
  }

  @Test
  @Timeout(200)
  @ExtendWith(TorLab.Extension.class)
  void aNodeThatListensOnTorDoesNotSaySoElsewhere(TorLab lab) throws Exception {
    List<String> others = CARRIERS.stream().filter(CaptureTest::isHere).toList();
    try (Transport machine = machine(Map.of("tor", Map.of("torrc", lab.torrc().toString())))) {
      keepsApart(machine, others, List.of("tor"), TorLab.JOINING);
    }
  }

  /// Starts a node that listens on all of these carriers and announces those of `told`, and listens
  /// on each of them to what it says.
  private void keepsApart(
      Transport machine, List<String> told, List<String> hidden, Duration patience)
      throws Exception {
    NodeKey key = Wiretap.key();
    Map<String, String> listen = new LinkedHashMap<>();
    Map<String, String> announce = new LinkedHashMap<>();
    List<Place> secrets = new ArrayList<>();
    for (String carrier : told) {
      Place open = place(machine, carrier, 21, key);
      listen.put(carrier, open.listen());
      announce.put(carrier, open.known());
    }
    for (String carrier : hidden) {
      Place secret = place(machine, carrier, 22, key);
      listen.put(carrier, secret.listen());
      secrets.add(secret);
    }
    List<CompletableFuture<Wiretap>> met = new ArrayList<>();
    List<Listener> meetings = new ArrayList<>();
    List<String> contacts = new ArrayList<>();
    try {
      for (String carrier : hidden) {
        NodeKey meeting = Wiretap.key();
        CompletableFuture<Wiretap> tap = new CompletableFuture<>();
        Listener listener = meet(machine, carrier, meeting, tap);
        met.add(tap);
        meetings.add(listener);
        contacts.add(new NodeUri(meeting.id(), carrier, listener.address()).format());
      }
      try (Engine node = node(machine, key, listen, announce, contacts)) {
        var _ =
            node.events(event -> {
              said.add(event.subject() + " " + event.message() + " " + event.details());
            });
        Loop loop = machine.loops().getFirst();
        for (Map.Entry<String, String> each : node.carrierAddresses().entrySet()) {
          Carrier carrier = carrier(machine, each.getKey());
          taps.add(Wiretap.dial(carrier, loop, each.getValue(), node.id(), patience));
        }
        for (CompletableFuture<Wiretap> tap : met) {
          taps.add(tap.get(patience.toSeconds(), TimeUnit.SECONDS));
          taps.getLast().awaitNews();
        }
        for (Wiretap tap : taps) {
          byte[] heard = tap.heard();
          assertThat(new String(heard, ISO_8859_1)).contains(announce.values());
          secrets.forEach(secret -> assertHides(heard, secret));
        }
        assertThat(node.nodes().getFirst().addresses()).isEqualTo(announce);
      }
    } finally {
      taps.forEach(Wiretap::close);
      for (Listener listener : meetings) {
        listener.close().toCompletableFuture().get(10, TimeUnit.SECONDS);
      }
    }
    assertThat(said).as("something was said at all").isNotEmpty();
    for (String each : said) {
      secrets.forEach(secret -> assertHides(each.getBytes(ISO_8859_1), secret));
    }
  }

  /// A neighbour that a node dials over a carrier on which it is itself not announced.
  private static Listener meet(
      Transport machine, String carrier, NodeKey key, CompletableFuture<Wiretap> met)
      throws Exception {
    String listen =
        carrier.equals("i2p")
            ? Base32.encode(new byte[32]) + ".b32.i2p@127.0.23.9:0"
            : place(machine, carrier, 23, key).listen();
    AtomicBoolean open = new AtomicBoolean(!carrier.equals("tor"));
    Listener listener =
        carrier(machine, carrier)
            .listen(
                machine.loops(),
                listen,
                key,
                connection -> {
                  if (open.get()) {
                    met.complete(Wiretap.accept(connection, key));
                  } else {
                    connection.abort();
                  }
                })
            .toCompletableFuture()
            .get(TorLab.JOINING.toSeconds(), TimeUnit.SECONDS);
    if (!open.get()) {
      // An engine that finds no onion service waits longer and longer before it looks again.
      Await.that(
          "the onion service",
          TorLab.JOINING,
          () -> Wiretap.reaches(carrier(machine, carrier), machine, listener.address()));
      open.set(true);
    }
    return listener;
  }

  private static Engine node(
      Transport machine,
      NodeKey key,
      Map<String, String> listen,
      Map<String, String> announce,
      List<String> contacts)
      throws IOException {
    return Engine.start(
        new NodeSettings(
            key,
            List.of(new Network(NETWORK, true, contacts)),
            Set.of(NodeRole.RELAY, NodeRole.EXIT, NodeRole.GUARD),
            listen,
            announce,
            "",
            "",
            "",
            0,
            Optional.of(LocalNetwork.LOOPBACK_EXIT),
            NodeSettings.DEFAULT_MEMORY),
        machine,
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
