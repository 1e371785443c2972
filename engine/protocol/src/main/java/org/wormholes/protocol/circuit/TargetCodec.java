package org.wormholes.protocol.circuit;

import java.nio.charset.StandardCharsets;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.WireException;

/// Targets as bytes. circuit.md, "Targets": "kind u8 (1 IPv4, 2 IPv6, 3 name), port u16, then 4
/// bytes, 16 bytes, or a length u8 and that many characters".
final class TargetCodec {
  static final int MIN_LENGTH = 5;
  static final int MAX_LENGTH = 4 + Host.MAX_NAME;
  private static final int IP4 = 1;
  private static final int IP6 = 2;
  private static final int NAME = 3;

  private TargetCodec() {}

  static int length(Target target) {
    return switch (target.host()) {
      case Host.Ip4 ip -> 7;
      case Host.Ip6 ip -> 19;
      case Host.Name name -> 4 + name.name().length();
    };
  }

  /// Writes the target and returns where it ends.
  static int write(Target target, byte[] array, int at) {
    BigEndian.putU16(array, at + 1, target.port());
    return switch (target.host()) {
      case Host.Ip4(int bits) -> {
        array[at] = IP4;
        BigEndian.putI32(array, at + 3, bits);
        yield at + 7;
      }
      case Host.Ip6(long high, long low) -> {
        array[at] = IP6;
        BigEndian.putI64(array, at + 3, high);
        BigEndian.putI64(array, at + 11, low);
        yield at + 19;
      }
      case Host.Name(String name) -> {
        array[at] = NAME;
        array[at + 3] = (byte) name.length();
        writeName(name, array, at + 4);
        yield at + 4 + name.length();
      }
    };
  }

  static void writeName(String name, byte[] array, int at) {
    // Names are ASCII by construction.
    for (int i = 0; i < name.length(); i++) {
      array[at + i] = (byte) name.charAt(i);
    }
  }

  /// The length of the target at `at`, which lies within `room` bytes.
  static int measure(byte[] array, int at, int room) throws WireException {
    if (room < MIN_LENGTH) {
      throw new WireException("target must be at least " + MIN_LENGTH + " bytes, was " + room);
    }
    int length =
        switch (array[at]) {
          case IP4 -> 7;
          case IP6 -> 19;
          case NAME -> 4 + (array[at + 3] & 0xff);
          default -> throw new WireException("unknown kind of target " + array[at]);
        };
    if (length > room) {
      throw new WireException("target of " + length + " bytes in " + room + " bytes");
    }
    return length;
  }

  /// Reads a target that was measured to be `length` bytes.
  static Target read(byte[] array, int at, int length) throws WireException {
    int port = BigEndian.u16(array, at + 1);
    if (port == 0) {
      throw new WireException("port must be 1..65535, was 0");
    }
    Host host =
        switch (array[at]) {
          case IP4 -> new Host.Ip4(BigEndian.i32(array, at + 3));
          case IP6 -> new Host.Ip6(BigEndian.i64(array, at + 3), BigEndian.i64(array, at + 11));
          default -> readName(array, at + 4, length - 4);
        };
    return new Target(host, port);
  }

  static Host.Name readName(byte[] array, int at, int length) throws WireException {
    String name = new String(array, at, length, StandardCharsets.ISO_8859_1);
    if (!Host.isName(name)) {
      throw new WireException("not a host name");
    }
    return new Host.Name(name);
  }
}
