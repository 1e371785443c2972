package org.wormholes.spec.i2p;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// SAM as a program without any carrier speaks it, over blocking sockets: a session, and streams of
/// it. The measure for what a carrier over SAM costs.
final class RawSam implements AutoCloseable {
  private final InetSocketAddress bridge;
  private final String id;
  private final Socket control;

  /// A session with a destination of its own; takes i2pd 2.45 20 s or 40 s.
  RawSam(InetSocketAddress bridge, String id, Map<String, String> options) throws IOException {
    this.bridge = bridge;
    this.id = id;
    this.control = greeted();
    StringBuilder words =
        new StringBuilder("SESSION CREATE STYLE=STREAM ID=" + id)
            .append(" DESTINATION=TRANSIENT SIGNATURE_TYPE=7")
            .append(" inbound.length=0 outbound.length=0 inbound.quantity=4 outbound.quantity=4");
    options.forEach((name, value) -> words.append(' ').append(name).append('=').append(value));
    ask(control, words.toString());
  }

  /// This session's destination.
  String destination() throws IOException {
    String answer = ask(control, "NAMING LOOKUP NAME=ME");
    return answer.substring(answer.indexOf("VALUE=") + 6);
  }

  /// The next stream that somebody opens to this session.
  Socket accept() throws IOException {
    Socket stream = greeted();
    ask(stream, "STREAM ACCEPT ID=" + id);
    String _ = line(stream);
    return stream;
  }

  Socket connect(String destination) throws IOException {
    Socket stream = greeted();
    ask(stream, "STREAM CONNECT ID=" + id + " DESTINATION=" + destination);
    return stream;
  }

  private Socket greeted() throws IOException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.connect(bridge);
    ask(socket, "HELLO VERSION MIN=3.1 MAX=3.3");
    return socket;
  }

  private static String ask(Socket socket, String request) throws IOException {
    socket.getOutputStream().write((request + "\n").getBytes(StandardCharsets.US_ASCII));
    String answer = line(socket);
    if (!answer.contains("RESULT=OK")) {
      throw new IOException(request + ": " + answer);
    }
    return answer;
  }

  /// Byte by byte, so that nothing behind it is taken.
  private static String line(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    StringBuilder line = new StringBuilder();
    for (int next = in.readUnsignedByte(); next != '\n'; next = in.readUnsignedByte()) {
      line.append((char) next);
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    control.close();
  }
}
