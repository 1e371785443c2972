package org.wormholes.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;
import org.wormholes.transport.control.ControlServer;

/// A stream through the engine, asked for with `CONNECT` at its control socket: no port of the
/// ruleset is needed, and nobody else on the machine can use it.
final class EngineStream implements AutoCloseable {
  private static final int MAX_HEAD = 8 * 1024;
  private static final int MAX_BODY = 64 * 1024;

  private final SocketChannel channel;

  private EngineStream(SocketChannel channel) {
    this.channel = channel;
  }

  /// @param through a tunnel, group or gateway; absent for what the routes say
  /// @throws CommandFailure if no engine answers, or it can't be reached
  static EngineStream open(EngineOption engine, Destination to, Optional<String> through) {
    SocketChannel channel;
    try {
      channel = new SocketCaller(engine.socket()).connect();
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.NO_ENGINE, Clean.line(String.valueOf(e.getMessage()), 300));
    }
    EngineStream stream = new EngineStream(channel);
    try {
      stream.connect(to, through);
      return stream;
    } catch (IOException e) {
      stream.close();
      throw new CommandFailure(
          ExitCode.NO_ENGINE,
          "the engine ended the connection: " + Clean.line(String.valueOf(e.getMessage()), 200));
    } catch (CommandFailure e) {
      stream.close();
      throw e;
    }
  }

  private void connect(Destination to, Optional<String> through) throws IOException {
    String host = to.host().indexOf(':') < 0 ? to.host() : "[" + to.host() + "]";
    String place = host + ":" + to.port();
    StringBuilder head = new StringBuilder("CONNECT " + place + " HTTP/1.1\r\n");
    head.append("Host: ").append(place).append("\r\n");
    through.ifPresent(
        name -> head.append(ControlServer.THROUGH).append(": ").append(name).append("\r\n"));
    write(ByteBuffer.wrap(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII)));
    String answer = head();
    if (!answer.startsWith("HTTP/1.1 200 ")) {
      throw new CommandFailure(
          ExitCode.REFUSED, "%s is not reached: %s".formatted(Clean.line(place, 300), why()));
    }
  }

  /// Up to the empty line, and no byte more: what follows is the stream's.
  private String head() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (head.size() < MAX_HEAD) {
      if (channel.read(one.clear()) < 0) {
        throw new IOException("it gave no answer");
      }
      head.write(one.get(0));
      String text = head.toString(StandardCharsets.US_ASCII);
      if (text.endsWith("\r\n\r\n")) {
        return text;
      }
    }
    throw new IOException("its answer has no end");
  }

  private String why() throws IOException {
    ByteBuffer body = ByteBuffer.allocate(MAX_BODY);
    while (body.hasRemaining() && channel.read(body) >= 0) {
      // The engine closes after its answer.
    }
    String text = StandardCharsets.UTF_8.decode(body.flip()).toString();
    try {
      return Clean.line(Json.read(ControlApi.Failure.class, text).error().message(), 300);
    } catch (JsonException e) {
      return "the engine gave no reason";
    }
  }

  /// What follows the engine's answer.
  ByteChannel channel() {
    return channel;
  }

  int read(ByteBuffer target) throws IOException {
    return channel.read(target);
  }

  void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /// Ends the outgoing direction; reading goes on.
  void finish() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed, and nobody can do anything about it.
    }
  }
}
