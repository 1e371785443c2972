package org.wormholes.spec.lab;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Every packet on an interface, written down by `tcpdump`.
public final class Capture implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int FILE_HEADER = 24;
  private static final int ETHERNET_HEADER = 14;
  private static final int IPV4 = 0x0800;
  private static final int TCP = 6;
  private static final int UDP = 17;

  private final Path file;
  private final Program tcpdump;

  private Capture(Path file, Program tcpdump) {
    this.file = file;
    this.tcpdump = tcpdump;
  }

  /// @param before words that enter where the interface is
  public static Capture of(String networkInterface, List<String> before, Path folder) {
    Path file = folder.resolve("capture.pcap");
    Stream<String> words =
        Stream.of(
            Tools.need("tcpdump", "tcpdump"),
            "-i",
            networkInterface,
            "-n",
            "-U",
            "--immediate-mode",
            "-s",
            "0",
            // tcpdump gives up its rights otherwise, and with them the file.
            "-Z",
            "root",
            "-w",
            file.toString());
    Program tcpdump =
        Program.start("tcpdump", folder, Map.of(), Stream.concat(before.stream(), words).toList());
    tcpdump.line(Pattern.compile("listening on"), PATIENCE);
    return new Capture(file, tcpdump);
  }

  /// A packet of IPv4.
  ///
  /// @param kind `tcp`, `udp` or the number of the protocol
  /// @param ports of both ends; none where the protocol has none
  /// @param content all of it, header included, a character a byte, in lower case
  public record Packet(String kind, List<Integer> ports, String content) {
    @Override
    public String toString() {
      return kind + " " + ports + ", " + content.length() + " bytes";
    }
  }

  /// The packets so far.
  public List<Packet> packets() {
    try {
      List<Packet> packets = new ArrayList<>();
      ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      in.position(FILE_HEADER);
      while (in.remaining() >= 16) {
        int length = in.getInt(in.position() + 8);
        in.position(in.position() + 16);
        if (length > in.remaining()) {
          break; // still being written
        }
        byte[] frame = new byte[length];
        in.get(frame);
        packet(frame, packets);
      }
      return packets;
    } catch (IOException broken) {
      throw new AssertionError("reading a capture", broken);
    }
  }

  private static void packet(byte[] frame, List<Packet> packets) {
    ByteBuffer in = ByteBuffer.wrap(frame);
    if (frame.length < ETHERNET_HEADER + 20 || in.getShort(12) != IPV4) {
      return;
    }
    int protocol = frame[ETHERNET_HEADER + 9];
    int body = ETHERNET_HEADER + (frame[ETHERNET_HEADER] & 15) * 4;
    boolean hasPorts = protocol == TCP || protocol == UDP;
    packets.add(
        new Packet(
            protocol == TCP ? "tcp" : protocol == UDP ? "udp" : Integer.toString(protocol),
            hasPorts
                ? List.of(
                    Short.toUnsignedInt(in.getShort(body)),
                    Short.toUnsignedInt(in.getShort(body + 2)))
                : List.of(),
            new String(frame, ISO_8859_1).toLowerCase(Locale.ROOT)));
  }

  @Override
  public void close() {
    tcpdump.close();
  }
}
