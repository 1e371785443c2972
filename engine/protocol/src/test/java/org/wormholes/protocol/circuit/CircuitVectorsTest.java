package org.wormholes.protocol.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// The bytes of every message, which must not change by accident: `spec/vectors/circuit`.
final class CircuitVectorsTest {
  private static final Path FOLDER = Path.of("../../spec/vectors/circuit");

  @Test
  void messagesReadAsTheVectorsSay() throws IOException, WireException {
    Map<String, String> golden = read("messages.txt");
    assertThat(golden.keySet())
        .containsExactlyInAnyOrderElementsOf(
            MessageSamples.all().stream().map(MessageSamples.Sample::name).toList());
    for (MessageSamples.Sample sample : MessageSamples.all()) {
      assertThat(golden.get(sample.name())).isEqualTo(HexFormat.of().formatHex(sample.bytes()));
      MessageReader reader = new MessageReader();
      reader.start(sample.bytes(), 0, sample.bytes().length);
      assertThat(reader.next()).as(sample.name()).isTrue();
      assertThat(reader.next()).as(sample.name()).isFalse();
    }
  }

  /// A whole conversation, both directions, cell by cell: what the machines write today is what the
  /// vectors say they wrote when they were made.
  @Test
  void aConversationIsWrittenAsTheVectorsSay() throws IOException, WireException {
    String text = String.join("\n", conversation()) + "\n";
    String golden = System.getProperty("golden.folder");
    if (golden != null) {
      Files.writeString(Path.of(golden, "circuit", "conversation.txt"), text);
    }
    assertThat(text)
        .isEqualTo(Files.readString(FOLDER.resolve("conversation.txt"), StandardCharsets.UTF_8));
  }

  @Test
  void anyCutOfAMessageIsRefusedOrIgnored() {
    for (MessageSamples.Sample sample : MessageSamples.all()) {
      byte[] bytes = sample.bytes();
      for (int length = 8; length < bytes.length; length++) {
        MessageReader reader = new MessageReader();
        reader.start(bytes, 0, length);
        assertThatCode(reader::next).as(sample.name()).isInstanceOf(WireException.class);
      }
    }
  }

  private static List<String> conversation() throws WireException {
    ExitSide exitSide = new ExitSide();
    exitSide.bytesBack = 3;
    byte[] counter = {0};
    CircuitEnd client =
        CircuitEnd.client(
            CircuitLimits.DEFAULT,
            new ChunkPool(0),
            MemoryAccount.UNLIMITED,
            out -> {
              for (int i = 0; i < out.length; i++) {
                out[i] = counter[0]++;
              }
            },
            new ClientSide());
    CircuitEnd exit =
        CircuitEnd.exit(CircuitLimits.DEFAULT, new ChunkPool(0), MemoryAccount.UNLIMITED, exitSide);
    List<String> lines = new ArrayList<>();
    Recorder app = new Recorder("client", 0, -1, 0);
    app.stream = client.open(Target.of("example.org", 443), app);
    app.stream().offer(ByteBuffer.wrap(new byte[0]), 0);
    client.resolve(new Host.Name("example.org"), 0);
    DatagramEnd flow = client.openDatagrams(new SilentFlow());
    flow.send(Target.of("192.0.2.53", 53), new byte[] {1, 2, 3}, 0, 3, 0);
    client.ping();
    move("client", client, exit, 1_000_000, lines);
    exit.resolved(1, List.of(Host.parse("192.0.2.7")), Duration.ofSeconds(60));
    exitSide.streams.getFirst().finishes = true;
    exitSide.streams.getFirst().send(3, 2_000_000);
    move("exit", exit, client, 3_000_000, lines);
    app.stream().finish();
    flow.close(Reason.DONE);
    move("client", client, exit, 4_000_000, lines);
    client.close(Reason.DONE);
    move("client", client, exit, 5_000_000, lines);
    return lines;
  }

  private static void move(String who, CircuitEnd from, CircuitEnd to, long now, List<String> lines)
      throws WireException {
    byte[] payload = new byte[Cells.SMALL_PAYLOAD];
    int used = from.fill(payload, 0, payload.length, now);
    lines.add(who + " " + Bytes.of(payload, 0, used).hex());
    to.onPayload(payload, 0, payload.length, now + 500_000);
  }

  private static Map<String, String> read(String name) throws IOException {
    Map<String, String> vectors = new TreeMap<>();
    for (String line : Files.readAllLines(FOLDER.resolve(name))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] parts = line.split(" ", 2);
        vectors.put(parts[0], parts[1].replace(" ", ""));
      }
    }
    return vectors;
  }

  private static final class SilentFlow implements DatagramListener {
    @Override
    public void onDatagram(Target target, byte[] array, int offset, int length) {}

    @Override
    public void onClosed(Reason reason) {}
  }
}
