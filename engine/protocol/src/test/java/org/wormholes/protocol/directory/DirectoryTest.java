package org.wormholes.protocol.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.Bytes;

final class DirectoryTest {
  private final Net net = new Net(new DirectoryLimits(1_000, 0));

  @Test
  void twelveNodesKnowEachOtherWithinTwoSecondsFromOneBootstrap() {
    net.nodes(12);
    for (int i = 1; i < 12; i++) {
      net.link(i, 0);
      net.run(Duration.ofMillis(20));
    }
    net.run(Duration.ofMillis(500));
    for (int i = 0; i < 12; i++) {
      assertThat(net.at(i).nodes()).as("node " + i).hasSize(12);
    }
  }

  @Test
  void newsReachesEveryNodeOfAChain() {
    net.nodes(8);
    for (int i = 1; i < 8; i++) {
      net.link(i, i - 1);
    }
    net.run(Duration.ofSeconds(1));
    net.run(Duration.ofSeconds(10));
    SignedDescriptor newer = Nodes.signed(0, net.now, "203.0.113.1:1");
    net.input(0, new Directory.Input.Publish(newer));
    net.run(Duration.ofSeconds(1));
    for (int i = 0; i < 8; i++) {
      assertThat(net.at(i).find(Nodes.key(0).id())).contains(newer.descriptor());
    }
  }

  @Test
  void whatWasMissedIsFoundInTheNextComparison() {
    net.nodes(3);
    net.link(1, 0);
    net.run(Duration.ofSeconds(1));
    net.loses = true;
    net.input(0, new Directory.Input.Publish(Nodes.signed(50, net.now)));
    net.run(Duration.ofSeconds(1));
    net.loses = false;
    assertThat(net.at(1).find(Nodes.key(50).id())).isEmpty();
    net.run(Duration.ofSeconds(61));
    assertThat(net.at(1).find(Nodes.key(50).id())).isPresent();
  }

  @Test
  void mergesTwoHalvesOfAThousandNodes() {
    net.nodes(2);
    for (int i = 10; i < 1_000; i++) {
      net.input(i % 2, new Directory.Input.Publish(Nodes.signed(i, net.now, "192.0.2.1:1")));
    }
    net.link(0, 1);
    net.run(Duration.ofSeconds(1));
    assertThat(net.at(0).nodes()).hasSize(992);
    assertThat(net.at(1).nodes()).hasSize(992);
    assertThat(net.longest).isLessThanOrEqualTo(16_000);
  }

  @Test
  void theNewestWins() {
    net.nodes(1);
    SignedDescriptor newer = Nodes.signed(5, net.now.plusSeconds(10));
    net.input(0, new Directory.Input.Publish(newer));
    net.input(0, new Directory.Input.Publish(Nodes.signed(5, net.now)));
    assertThat(net.at(0).find(Nodes.key(5).id())).contains(newer.descriptor());
  }

  @Test
  void forgetsWhatExpired() {
    net.nodes(1);
    net.now = net.now.plus(Duration.ofDays(1)).plusSeconds(2);
    assertThat(net.input(0, new Directory.Input.Tick()))
        .containsExactly(new Directory.Output.Forgot(Nodes.key(0).id()));
    assertThat(net.at(0).nodes()).isEmpty();
  }

  @Test
  void closesTheLinkOfALiarAndKeepsWhatWasTrue() {
    net.nodes(1);
    Directory directory = net.at(0);
    directory.on(new Directory.Input.LinkUp(9, false), net.now);
    byte[] forged = Nodes.signed(7, net.now).encoded().toArray();
    forged[forged.length - 1] ^= 1;
    Bytes batch =
        new DirectoryMessage.Batch(
                false, List.of(Nodes.signed(6, net.now).encoded(), Bytes.of(forged)))
            .encode();
    List<Directory.Output> out = directory.on(new Directory.Input.Received(9, batch), net.now);
    assertThat(out.getLast())
        .isEqualTo(new Directory.Output.Violation(9, "descriptor with a wrong signature"));
    assertThat(directory.find(Nodes.key(6).id())).isPresent();
    assertThat(directory.find(Nodes.key(7).id())).isEmpty();
    assertThat(directory.on(new Directory.Input.Received(9, batch), net.now)).isEmpty();
  }

  @Test
  void refusesAListingNobodyAskedFor() {
    net.nodes(1);
    net.at(0).on(new Directory.Input.LinkUp(9, false), net.now);
    Bytes listing =
        new DirectoryMessage.Listing(List.of(new DirectoryMessage.Bucket(3, List.of()))).encode();
    assertThat(net.input(0, new Directory.Input.Received(9, listing)))
        .singleElement()
        .isInstanceOf(Directory.Output.Violation.class);
  }

  @Test
  void staysWithinItsLimits() {
    Directory full = new Directory(new DirectoryLimits(10, 0));
    Directory narrow = new Directory(new DirectoryLimits(100, 4));
    for (int i = 0; i < 30; i++) {
      full.on(new Directory.Input.Publish(Nodes.signed(i, net.now)), net.now);
      narrow.on(new Directory.Input.Publish(Nodes.signed(i, net.now)), net.now);
    }
    assertThat(full.nodes()).hasSize(10);
    assertThat(narrow.nodes()).hasSize(4);
    Directory local = new Directory(new DirectoryLimits(100, 4));
    for (int i = 0; i < 30; i++) {
      SignedDescriptor signed = Nodes.signed(i, net.now, "127.0.0.1:" + (4_000 + i));
      local.on(new Directory.Input.Publish(signed), net.now);
    }
    assertThat(local.nodes()).hasSize(30);
  }

  @Test
  void toleratesAnHourOfSkewAndSaysOnceWhenItIsMore() {
    net.nodes(1);
    Directory directory = net.at(0);
    directory.on(new Directory.Input.LinkUp(9, false), net.now);
    List<Directory.Output> near =
        directory.on(received(Nodes.signed(6, net.now.plusSeconds(3_500))), net.now);
    assertThat(near).hasOnlyElementsOfType(Directory.Output.Learned.class).hasSize(1);
    Directory.Input far = received(Nodes.signed(7, net.now.plusSeconds(7_200)));
    assertThat(directory.on(far, net.now))
        .containsExactly(new Directory.Output.Skewed(Duration.ofHours(2)));
    assertThat(directory.on(far, net.now)).isEmpty();
    assertThat(directory.find(Nodes.key(7).id())).isEmpty();
  }

  @Test
  void doesNotLetOneNodeFloodTheNetworkWithNewsOfItself() {
    net.nodes(1);
    Directory directory = net.at(0);
    directory.on(new Directory.Input.LinkUp(9, false), net.now);
    int learned = 0;
    for (int i = 0; i < 100; i++) {
      learned += directory.on(received(Nodes.signed(6, net.now.plusMillis(i))), net.now).size();
    }
    assertThat(learned).isEqualTo(1);
    // The newest of those that came too soon is not lost.
    net.now = net.now.plusSeconds(6);
    net.input(0, new Directory.Input.Tick());
    Instant latest = directory.find(Nodes.key(6).id()).orElseThrow().published();
    assertThat(latest).isEqualTo(net.now.minusSeconds(6).plusMillis(99));
  }

  @Test
  void anyOrderOfEventsEndsInAgreement() {
    for (long seed = 1; seed <= 15; seed++) {
      Random random = new Random(seed);
      Net any = new Net(new DirectoryLimits(1_000, 0));
      int count = 3 + random.nextInt(5);
      any.nodes(count);
      for (int i = 1; i < count; i++) {
        any.link(i, random.nextInt(i));
      }
      for (int event = 0; event < 30; event++) {
        any.loses = random.nextInt(3) == 0;
        int number = 100 + random.nextInt(20);
        any.input(
            random.nextInt(count), new Directory.Input.Publish(Nodes.signed(number, any.now)));
        any.run(Duration.ofMillis(random.nextInt(8_000)));
      }
      any.loses = false;
      any.run(Duration.ofMinutes(4));
      for (int i = 1; i < count; i++) {
        assertThat(any.at(i).nodes())
            .as("seed " + seed)
            .containsExactlyElementsOf(any.at(0).nodes());
      }
    }
  }

  private static Directory.Input received(SignedDescriptor signed) {
    Bytes batch = new DirectoryMessage.Batch(false, List.of(signed.encoded())).encode();
    return new Directory.Input.Received(9, batch);
  }

  /// Directories with links between them that take five milliseconds.
  private static final class Net {
    private final DirectoryLimits limits;
    private final List<Directory> all = new ArrayList<>();
    private final Map<Integer, Integer> farEnds = new HashMap<>();
    private final Map<Integer, Integer> owners = new HashMap<>();
    private final ArrayDeque<Runnable> arriving = new ArrayDeque<>();
    Instant now = Nodes.START;
    boolean loses;
    int longest;

    Net(DirectoryLimits limits) {
      this.limits = limits;
    }

    void nodes(int count) {
      for (int i = 0; i < count; i++) {
        all.add(new Directory(limits));
        input(i, new Directory.Input.Publish(Nodes.signed(i, now)));
      }
    }

    Directory at(int index) {
      return all.get(index);
    }

    void link(int from, int to) {
      int near = farEnds.size() + 1;
      farEnds.put(near, near + 1);
      farEnds.put(near + 1, near);
      owners.put(near, from);
      owners.put(near + 1, to);
      input(to, new Directory.Input.LinkUp(near + 1, false));
      input(from, new Directory.Input.LinkUp(near, true));
    }

    List<Directory.Output> input(int index, Directory.Input input) {
      List<Directory.Output> outputs = all.get(index).on(input, now);
      for (Directory.Output output : outputs) {
        if (output instanceof Directory.Output.Send(int link, Bytes message)) {
          longest = Math.max(longest, message.size());
          Integer far = farEnds.get(link);
          if (far != null && !loses) {
            arriving.add(() ->
                input(owners.getOrDefault(far, -1), new Directory.Input.Received(far, message)));
          }
        }
      }
      return outputs;
    }

    void run(Duration time) {
      Instant end = now.plus(time);
      while (now.isBefore(end)) {
        // One hop every five milliseconds, a tick every second.
        for (int step = 0; step < 200 && now.isBefore(end); step++) {
          int due = arriving.size();
          for (int i = 0; i < due; i++) {
            arriving.remove().run();
          }
          now = now.plusMillis(5);
        }
        for (int i = 0; i < all.size(); i++) {
          input(i, new Directory.Input.Tick());
        }
      }
    }
  }
}
