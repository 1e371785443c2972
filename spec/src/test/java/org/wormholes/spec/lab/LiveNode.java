package org.wormholes.spec.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.EngineStatus;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;

/// One engine in a process of its own, started as `wormholesd` is, and asked through its control
/// API.
public final class LiveNode implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Pattern READY = Pattern.compile("^ready (wormhole://([a-z2-7]{56})\\S*)");

  private final Path folder;
  private final Program program;
  private final String url;
  private final String address;

  private LiveNode(Path folder, Program program, MatchResult ready) {
    this.folder = folder;
    this.program = program;
    this.url = ready.group(1);
    this.address = ready.group(2);
  }

  /// What to start: an engine that keeps everything in `folder`, the same node each time.
  ///
  /// @param before words in front of the command line, such as a tracer; mostly none
  record Start(Path folder, List<String> before, List<String> options) {}

  /// Starts several engines at once and returns when all are ready.
  static List<LiveNode> startAll(List<Start> starts) throws IOException {
    List<Program> programs = new ArrayList<>();
    for (Start start : starts) {
      Files.createDirectories(start.folder());
      String name = String.valueOf(start.folder().getFileName());
      programs.add(Program.start(name, start.folder(), Map.of(), commandLine(start)));
    }
    List<LiveNode> nodes = new ArrayList<>();
    for (int i = 0; i < starts.size(); i++) {
      MatchResult ready = programs.get(i).line(READY, START_LIMIT);
      nodes.add(new LiveNode(starts.get(i).folder(), programs.get(i), ready));
    }
    return nodes;
  }

  private static List<String> commandLine(Start start) {
    Stream<String> daemon =
        Stream.of(
            "daemon",
            "--state",
            "state",
            "--control",
            controlSocket(start.folder()),
            "--rehearse",
            "0");
    return Stream.of(
            start.before().stream(), LiveNetwork.wormholes(), daemon, start.options().stream())
        .flatMap(words -> words)
        .toList();
  }

  private static String controlSocket(Path folder) {
    return folder.resolve("control.sock").toString();
  }

  /// `wormhole://ADDRESS@HOST:PORT`, or without the place for a client.
  public String url() {
    return url;
  }

  /// The node's 56 characters.
  public String address() {
    return address;
  }

  public Path folder() {
    return folder;
  }

  public Program program() {
    return program;
  }

  /// Where its control API answers: the same socket from every network namespace.
  public String control() {
    return controlSocket(folder);
  }

  public EngineStatus status() {
    return ask("/v1/status", EngineStatus.class);
  }

  /// What `/v1/circuits` answers.
  private record CircuitList(List<CircuitView> circuits) {}

  public List<CircuitView> circuits() {
    return ask("/v1/circuits", CircuitList.class).circuits();
  }

  /// The port of the client's SOCKS entry, or the first of several.
  public int socksPort() {
    return socksPort("");
  }

  /// The port of the SOCKS entry of a tunnel whose name begins so.
  public int socksPort(String tunnel) {
    return status().listening().stream()
        .filter(entry -> entry.kind().equals("socks") && entry.tunnel().startsWith(tunnel))
        .map(entry -> entry.address().substring(entry.address().lastIndexOf(':') + 1))
        .mapToInt(Integer::parseInt)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no socks entry is open"));
  }

  private <T extends Record> T ask(String path, Class<T> type) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(control()));
      String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      byte[] all = Channels.newInputStream(channel).readAllBytes();
      String[] answer = new String(all, StandardCharsets.UTF_8).split("\r\n\r\n", 2);
      if (!answer[0].startsWith("HTTP/1.1 200")) {
        throw new AssertionError(path + " answered " + answer[0]);
      }
      return Json.read(type, answer[1]);
    } catch (IOException | JsonException broken) {
      throw new AssertionError("asking for " + path + "\n" + program.output(), broken);
    }
  }

  /// Resident memory, from the kernel.
  public long residentBytes() {
    try (Stream<String> lines = Files.lines(proc("smaps_rollup"))) {
      return lines
          .filter(line -> line.startsWith("Rss:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .sum();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  /// Open files and sockets, from the kernel.
  public long descriptors() {
    try (Stream<Path> open = Files.list(proc("fd"))) {
      return open.count();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  private Path proc(String name) {
    return Path.of("/proc", Long.toString(program.pid()), name);
  }

  @Override
  public void close() {
    program.close();
  }
}
