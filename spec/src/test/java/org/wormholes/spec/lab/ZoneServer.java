package org.wormholes.spec.lab;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// A name server on loopback, over UDP and TCP, that knows the records it is told.
public final class ZoneServer implements AutoCloseable {
  private static final String SOA = "ns.test. admin.test. 1 3600 600 86400 30";

  public final List<String> asked = new CopyOnWriteArrayList<>();

  private final List<String> failing = new CopyOnWriteArrayList<>();
  private final List<Record> records = new CopyOnWriteArrayList<>();
  private final DatagramSocket udp;
  private final ServerSocket tcp;

  public ZoneServer() throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    tcp = new ServerSocket(0, 50, here);
    udp = new DatagramSocket(new InetSocketAddress(here, tcp.getLocalPort()));
    Thread.ofPlatform().daemon().name("zone-udp").start(this::serveDatagrams);
    Thread.ofPlatform().daemon().name("zone-tcp").start(this::serveConnections);
  }

  /// Adds a record, as zone files have it.
  public ZoneServer with(String name, String type, long ttl, String data) {
    try {
      Name owner = Name.fromString(name + ".");
      records.add(Record.fromString(owner, Type.value(type), DClass.IN, ttl, data, Name.root));
      return this;
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /// Says of a name that it cannot be looked up.
  public void fail(String name) {
    failing.add(name);
  }

  public String address() {
    return "127.0.0.1:" + tcp.getLocalPort();
  }

  public int port() {
    return tcp.getLocalPort();
  }

  private Message answer(Message query) {
    Record question = query.getQuestion();
    String name = question.getName().toString(true);
    asked.add(name + " " + Type.string(question.getType()));
    Message response = new Message(query.getHeader().getID());
    response.getHeader().setFlag(Flags.QR);
    response.getHeader().setFlag(Flags.RA);
    response.addRecord(question, Section.QUESTION);
    if (failing.contains(name)) {
      response.getHeader().setRcode(Rcode.SERVFAIL);
      return response;
    }
    List<Record> own = owned(question.getName());
    Name at = question.getName();
    for (Record record : own) {
      if (record.getType() == Type.CNAME) {
        response.addRecord(record, Section.ANSWER);
        at = ((org.xbill.DNS.CNAMERecord) record).getTarget();
      }
    }
    owned(at).stream()
        .filter(record -> record.getType() == question.getType())
        .forEach(record -> response.addRecord(record, Section.ANSWER));
    if (response.getSection(Section.ANSWER).isEmpty()) {
      response.addRecord(soa(), Section.AUTHORITY);
    }
    response.getHeader().setRcode(own.isEmpty() ? Rcode.NXDOMAIN : Rcode.NOERROR);
    return response;
  }

  private static Record soa() {
    try {
      return Record.fromString(Name.fromString("test."), Type.SOA, DClass.IN, 300, SOA, Name.root);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<Record> owned(Name name) {
    List<Record> own = new ArrayList<>(records);
    own.removeIf(record -> !record.getName().equals(name));
    return own;
  }

  private void serveDatagrams() {
    byte[] buffer = new byte[4096];
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        udp.receive(packet);
        Message query = new Message(java.util.Arrays.copyOf(buffer, packet.getLength()));
        byte[] bytes = answer(query).toWire(1232);
        udp.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
      }
    } catch (IOException closed) {
      return;
    }
  }

  private void serveConnections() {
    try {
      while (true) {
        try (Socket socket = tcp.accept()) {
          DataInputStream in = new DataInputStream(socket.getInputStream());
          byte[] query = new byte[in.readUnsignedShort()];
          in.readFully(query);
          byte[] response = answer(new Message(query)).toWire(65_535);
          DataOutputStream out = new DataOutputStream(socket.getOutputStream());
          out.writeShort(response.length);
          out.write(response);
          out.flush();
        }
      }
    } catch (IOException closed) {
      return;
    }
  }

  @Override
  public void close() throws IOException {
    udp.close();
    tcp.close();
  }
}
