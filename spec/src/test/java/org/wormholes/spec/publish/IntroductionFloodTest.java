package org.wormholes.spec.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.rendezvous.ClientIntroduction;
import org.wormholes.protocol.rendezvous.IntroductionPoint;
import org.wormholes.protocol.rendezvous.Periods;
import org.wormholes.protocol.rendezvous.Puzzle;
import org.wormholes.protocol.rendezvous.RendezvousMessage;
import org.wormholes.protocol.rendezvous.RendezvousRelay;
import org.wormholes.protocol.rendezvous.SealedDescriptor;
import org.wormholes.protocol.rendezvous.ServiceCredential;
import org.wormholes.protocol.rendezvous.ServiceDescriptor;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.Network;
import org.wormholes.runtime.Engine;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.Socks;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.PageServer;
import org.wormholes.spec.lab.RawClient;

/// Strangers who leave introductions to a service at all its introduction points, as fast as they
/// can, each of them sound but for a meeting at which nobody waits.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class IntroductionFloodTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /// Refused by now, at each introduction point: far more than are handed on.
  private static final int MANY = 2_000;

  private static final int TRIES = 10;

  private final SecureRandom random = new SecureRandom();
  private final List<Flooder> flooders = new ArrayList<>();
  private PublishLab lab;

  @BeforeEach
  void begin() throws IOException {
    lab = new PublishLab();
  }

  @AfterEach
  void end() throws InterruptedException {
    for (Flooder flooder : flooders) {
      flooder.stop();
    }
    lab.close();
  }

  @Test
  void clientsThatDoTheWorkWhichIsAskedForComeThrough() throws Exception {
    String address = lab.publish(1, "");
    int port = lab.visitor(1);
    ServiceCredential credential =
        ServiceCredential.of(NodeId.parse(address), Periods.at(Instant.now()));
    ServiceDescriptor quiet = descriptor(credential).orElseThrow();
    assertThat(quiet.puzzle().effort()).isZero();

    for (IntroductionPoint point : quiet.points()) {
      Flooder flooder = new Flooder(credential, quiet, point);
      flooders.add(flooder);
      flooder.thread.start();
    }
    Await.that(
        "all introduction points are flooded",
        PATIENCE,
        () -> flooders.stream().allMatch(flooder -> flooder.refused.get() > MANY));
    Await.that("the service asks for work", PATIENCE, () -> effort(credential) > 0);

    ServiceDescriptor guarded = descriptor(credential).orElseThrow();
    for (IntroductionPoint point : guarded.points()) {
      assertThat(answers(credential, guarded, point)).containsOnly(Reason.DONE);
    }
    int before = flooders.stream().mapToInt(flooder -> flooder.refused.get()).sum();
    for (String client : List.of("ada", "bob", "eve")) {
      try (Socket flow = Socks.connect(port, address + ".wormhole", 80, client)) {
        flow.getOutputStream()
            .write("GET /hello HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(flow.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .endsWith(PageServer.GREETING);
      }
    }
    assertThat(flooders).allSatisfy(flooder -> assertThat(flooder.broken.get()).isNull());
    assertThat(flooders.stream().mapToInt(flooder -> flooder.refused.get()).sum())
        .as("the flood went on meanwhile")
        .isGreaterThan(before);
  }

  /// What an introduction point says to clients that have worked.
  private List<Reason> answers(
      ServiceCredential credential, ServiceDescriptor descriptor, IntroductionPoint point)
      throws IOException, WireException {
    List<Reason> answers = new ArrayList<>();
    try (RawClient client = built(point.relay())) {
      for (int i = 0; i < TRIES; i++) {
        Bytes one = introduction(credential, descriptor, point, descriptor.puzzle().effort());
        client.say(new RendezvousMessage.Introduce(point.key(), one).encode());
        for (RendezvousMessage told : heard(client)) {
          answers.add(((RendezvousMessage.Introduced) told).reason());
        }
      }
    }
    return answers;
  }

  private Bytes introduction(
      ServiceCredential credential,
      ServiceDescriptor descriptor,
      IntroductionPoint point,
      int effort)
      throws WireException {
    ClientIntroduction made =
        ClientIntroduction.create(
            credential, point.key(), descriptor.key(), Optional.empty(), random::nextBytes);
    Puzzle.Proof proof =
        made.work(descriptor.puzzle(), effort, 100L * effort, random::nextBytes).orElseThrow();
    byte[] nobody = new byte[ClientIntroduction.COOKIE_BYTES];
    random.nextBytes(nobody);
    return Bytes.of(made.message(point.relay(), Bytes.of(nobody), proof));
  }

  private RawClient built(NodeId relay) throws IOException {
    RawClient client = connect(relay);
    while (!client.isBuilt() && !client.isGone()) {
      client.turn();
    }
    return client;
  }

  /// What is said next.
  private static List<RendezvousMessage> heard(RawClient client) throws IOException {
    List<RendezvousMessage> told = client.told();
    while (told.isEmpty() && !client.isGone()) {
      client.turn();
      told = client.told();
    }
    return told;
  }

  private RawClient connect(NodeId relay) throws IOException {
    Engine engine =
        lab.network.relays().stream()
            .filter(each -> each.id().equals(relay))
            .findFirst()
            .orElseThrow();
    return new RawClient(
        relay,
        Objects.requireNonNull(engine.carrierAddresses().get("tcp")),
        new Network(LocalNetwork.NETWORK, true, List.of()));
  }

  private int effort(ServiceCredential credential) {
    try {
      return descriptor(credential).map(found -> found.puzzle().effort()).orElse(0);
    } catch (IOException | WireException e) {
      throw new AssertionError(e);
    }
  }

  /// What one of its keepers has of a service.
  private Optional<ServiceDescriptor> descriptor(ServiceCredential credential)
      throws IOException, WireException {
    for (Engine relay : lab.network.relays()) {
      try (RawClient client = built(relay.id())) {
        client.say(new RendezvousMessage.Fetch(credential.blinded()).encode());
        for (RendezvousMessage each : heard(client)) {
          if (each instanceof RendezvousMessage.Kept(boolean _, Bytes descriptor)
              && descriptor.size() > 0) {
            return SealedDescriptor.decode(descriptor.toArray()).open(credential, Optional.empty());
          }
        }
      }
    }
    return Optional.empty();
  }

  /// Leaves introductions with one introduction point until it is stopped.
  private final class Flooder implements Runnable {
    final AtomicInteger refused = new AtomicInteger();
    final AtomicReference<Exception> broken = new AtomicReference<>();
    final Thread thread = Thread.ofPlatform().daemon().name("flood").unstarted(this);
    private final ServiceCredential credential;
    private final ServiceDescriptor descriptor;
    private final IntroductionPoint point;
    private volatile boolean stopped;

    Flooder(ServiceCredential credential, ServiceDescriptor descriptor, IntroductionPoint point) {
      this.credential = credential;
      this.descriptor = descriptor;
      this.point = point;
    }

    void stop() throws InterruptedException {
      stopped = true;
      thread.join();
    }

    @Override
    public void run() {
      try {
        while (!stopped) {
          leaveMany();
        }
      } catch (IOException | WireException e) {
        broken.set(e);
      }
    }

    /// As many as one circuit may.
    private void leaveMany() throws IOException, WireException {
      try (RawClient client = connect(point.relay())) {
        while (!client.isBuilt() && !client.isGone() && !stopped) {
          client.turn();
        }
        int answered = 0;
        for (int i = 0; i < RendezvousRelay.MAX_REQUESTS && client.isBuilt(); i++) {
          Bytes idle = introduction(credential, descriptor, point, 0);
          client.say(new RendezvousMessage.Introduce(point.key(), idle).encode());
        }
        while (answered < RendezvousRelay.MAX_REQUESTS && !client.isGone() && !stopped) {
          client.turn();
          for (RendezvousMessage told : client.told()) {
            answered++;
            if (told instanceof RendezvousMessage.Introduced(Reason reason)
                && reason == Reason.LIMIT) {
              refused.incrementAndGet();
            }
          }
        }
      }
    }
  }
}
