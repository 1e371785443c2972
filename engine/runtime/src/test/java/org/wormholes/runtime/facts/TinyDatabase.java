package org.wormholes.runtime.facts;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/// Writes a database of MaxMind's format (version 2.0) with one IPv4 network in it.
final class TinyDatabase {
  private TinyDatabase() {}

  static byte[] of(String network, int bits, String country) {
    byte[] address = InetAddress.ofLiteral(network).getAddress();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int nodes = bits;
    for (int i = 0; i < nodes; i++) {
      int bit = address[i / 8] >> (7 - i % 8) & 1;
      int next = i + 1 < nodes ? i + 1 : nodes + 16; // the record at offset 0 of the data
      record(out, bit == 0 ? next : nodes);
      record(out, bit == 1 ? next : nodes);
    }
    out.writeBytes(new byte[16]);
    map(out, 1);
    text(out, "country_code");
    text(out, country);
    out.writeBytes(new byte[] {(byte) 0xab, (byte) 0xcd, (byte) 0xef});
    out.writeBytes("MaxMind.com".getBytes(StandardCharsets.US_ASCII));
    map(out, 9);
    text(out, "node_count");
    number(out, 6, nodes);
    text(out, "record_size");
    number(out, 5, 24);
    text(out, "ip_version");
    number(out, 5, 4);
    text(out, "database_type");
    text(out, "Test");
    text(out, "languages");
    out.write(0); // an extended type of no members
    out.write(4); // a list
    text(out, "binary_format_major_version");
    number(out, 5, 2);
    text(out, "binary_format_minor_version");
    number(out, 5, 0);
    text(out, "build_epoch");
    out.write(4);
    out.write(2); // a 64-bit number of four bytes
    out.writeBytes(new byte[] {0x65, 0, 0, 0});
    text(out, "description");
    map(out, 0);
    return out.toByteArray();
  }

  private static void record(ByteArrayOutputStream out, int value) {
    out.write(value >> 16);
    out.write(value >> 8);
    out.write(value);
  }

  private static void map(ByteArrayOutputStream out, int pairs) {
    out.write(7 << 5 | pairs);
  }

  private static void text(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < 29) {
      out.write(2 << 5 | bytes.length);
    } else {
      out.write(2 << 5 | 29);
      out.write(bytes.length - 29);
    }
    out.writeBytes(bytes);
  }

  private static void number(ByteArrayOutputStream out, int type, int value) {
    out.write(type << 5 | 2);
    out.write(value >> 8);
    out.write(value);
  }
}
