package org.wormholes.spec.lab;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.wormholes.transport.i2p.I2pName;

/// A destination in I2P that sends every datagram back to whoever it is from: SAM spoken by hand.
public final class I2pDatagramEcho implements AutoCloseable {
  private final InetSocketAddress router;
  private final Socket control;
  private final DataInputStream in;
  private final DatagramSocket udp = new DatagramSocket();
  private final String name;

  private I2pDatagramEcho(InetSocketAddress sam) throws IOException {
    router = new InetSocketAddress(sam.getAddress(), sam.getPort() - 1);
    control = new Socket(sam.getAddress(), sam.getPort());
    in = new DataInputStream(control.getInputStream());
    ask("HELLO VERSION MIN=3.1 MAX=3.1");
    StringBuilder create =
        new StringBuilder("SESSION CREATE STYLE=DATAGRAM ID=echo DESTINATION=TRANSIENT");
    create.append(" SIGNATURE_TYPE=7 inbound.length=0 outbound.length=0");
    create.append(" inbound.quantity=4 outbound.quantity=4");
    I2pLab.ALONE.forEach((key, value) -> create.append(' ').append(key).append('=').append(value));
    ask(create.toString());
    name = I2pName.ofDestination(word(ask("NAMING LOOKUP NAME=ME"), "VALUE")).orElseThrow().text();
    Thread.ofPlatform().daemon().name("i2p datagram echo").start(this::echo);
  }

  /// Returns when the session is there.
  ///
  /// @param sam the bridge of a router that is alone
  public static I2pDatagramEcho at(InetSocketAddress sam) {
    try {
      return new I2pDatagramEcho(sam);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// By which it is reached.
  public String name() {
    return name;
  }

  private String ask(String request) throws IOException {
    control.getOutputStream().write((request + "\n").getBytes(StandardCharsets.US_ASCII));
    String reply = line();
    if (!reply.contains("RESULT=OK")) {
      throw new IOException("the router answered " + reply);
    }
    return reply;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
      line.append((char) c);
    }
    return line.toString();
  }

  private static String word(String line, String key) {
    return Arrays.stream(line.split(" "))
        .filter(word -> word.startsWith(key + "="))
        .map(word -> word.substring(key.length() + 1))
        .findFirst()
        .orElseThrow();
  }

  private void echo() {
    try {
      while (true) {
        String line = line();
        if (line.startsWith("DATAGRAM RECEIVED")) {
          byte[] data = in.readNBytes(Integer.parseInt(word(line, "SIZE")));
          byte[] head =
              ("3.0 echo " + word(line, "DESTINATION") + "\n").getBytes(StandardCharsets.US_ASCII);
          byte[] all = Arrays.copyOf(head, head.length + data.length);
          System.arraycopy(data, 0, all, head.length, data.length);
          udp.send(new DatagramPacket(all, all.length, router));
        }
      }
    } catch (IOException ended) {
      udp.close(); // the end of the test
    }
  }

  @Override
  public void close() throws IOException {
    control.close();
  }
}
