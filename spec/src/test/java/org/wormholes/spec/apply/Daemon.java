package org.wormholes.spec.apply;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.wormholes.cli.Main;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.control.EngineStatus;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;

/// An engine in a process of its own that can be killed at any instant.
final class Daemon implements AutoCloseable {
  private static final int START_SECONDS = 60;

  private final Process process;
  private final Path socket;

  private Daemon(Process process, Path socket) {
    this.process = process;
    this.socket = socket;
  }

  /// Starts an engine whose state is below `folder`, and waits until it is ready.
  ///
  /// @param flags for its virtual machine
  static Daemon start(Path folder, String... flags) throws Exception {
    Path socket = folder.resolve("run").resolve("control.sock");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(
        List.of(
            "daemon",
            "--state",
            folder.resolve("state").toString(),
            "--control",
            socket.toString(),
            "--until-input-ends"));
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
            .start();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String first =
        CompletableFuture.supplyAsync(() -> line(lines), Thread.ofPlatform().daemon()::start)
            .get(START_SECONDS, TimeUnit.SECONDS);
    if (!first.startsWith("ready ")) {
      process.destroyForcibly();
      throw new AssertionError("the engine did not start, it said: " + first);
    }
    return new Daemon(process, socket);
  }

  private static String line(BufferedReader lines) {
    try {
      return String.valueOf(lines.readLine());
    } catch (IOException e) {
      return e.toString();
    }
  }

  /// The digest of what runs; empty when nothing does.
  Optional<String> running() throws IOException, JsonException {
    String answer = ask("GET", "/v1/status", "");
    return Json.read(EngineStatus.class, answer).ruleset().map(it -> it.digest());
  }

  List<org.wormholes.runtime.store.HistoryEntry> history() throws IOException, JsonException {
    return Json.read(ControlApi.HistoryList.class, ask("GET", "/v1/history", "")).entries();
  }

  /// Applies a ruleset; false when there was no answer that it is done.
  boolean apply(Ruleset ruleset) {
    String envelope =
        Base64.getEncoder().encodeToString(RuleCodec.encode(ruleset, SourceMap.EMPTY));
    try {
      String answer = ask("POST", "/v1/apply", "{\"ruleset\":\"" + envelope + "\"}");
      return answer.contains("\"outcome\":\"applied\"");
    } catch (IOException died) {
      return false;
    }
  }

  private String ask(String method, String path, String body) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      byte[] content = body.getBytes(StandardCharsets.UTF_8);
      String head =
          "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
              .formatted(method, path, content.length);
      ByteBuffer request = ByteBuffer.wrap((head + body).getBytes(StandardCharsets.UTF_8));
      while (request.hasRemaining()) {
        channel.write(request);
      }
      byte[] all = Channels.newInputStream(channel).readAllBytes();
      String[] answer = new String(all, StandardCharsets.UTF_8).split("\r\n\r\n", 2);
      if (answer.length < 2) {
        throw new IOException("no answer");
      }
      return answer[1];
    }
  }

  /// Ends it at once, as SIGKILL does.
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.onExit().completeOnTimeout(process, 20, TimeUnit.SECONDS).join();
    kill();
  }
}
