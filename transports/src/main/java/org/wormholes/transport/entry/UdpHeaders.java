package org.wormholes.transport.entry;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.EntrySpec.Target;
import org.wormholes.transport.socket.HostPort;

/// Reads and writes the header before each datagram of a SOCKS5 association (RFC 1928 section 7):
/// reserved 2, fragment 1, address type 1, address, port 2. Remembers the last one each way,
/// because the next is mostly the same.
final class UdpHeaders {
  private static final int FIXED = 4;
  private static final int IPV4 = 1;
  private static final int NAME = 3;
  private static final int IPV6 = 4;

  private byte[] lastRead = {};
  private @Nullable Target lastReadTarget;
  private byte[] lastWritten = {};
  private @Nullable Target lastWrittenTarget;

  /// The destination of a datagram, leaving `data` at its first byte of content. Null for what is
  /// no such header, or is a fragment: those are dropped (the section allows it).
  @Nullable Target read(ByteBuffer data) {
    int start = data.position();
    int length = headerLength(data, start);
    if (length < 0 || length > data.remaining()) {
      return null;
    }
    byte[] header = new byte[length];
    data.get(header);
    Target known = lastReadTarget;
    if (known != null && Arrays.equals(header, lastRead)) {
      return known;
    }
    Target target = parse(header);
    if (target != null) {
      lastRead = header;
      lastReadTarget = target;
    }
    return target;
  }

  private static int headerLength(ByteBuffer data, int start) {
    if (data.remaining() <= FIXED || data.get(start + 2) != 0) {
      return -1;
    }
    return switch (data.get(start + 3)) {
      case IPV4 -> FIXED + 4 + 2;
      case IPV6 -> FIXED + 16 + 2;
      case NAME -> FIXED + 1 + Byte.toUnsignedInt(data.get(start + FIXED)) + 2;
      default -> -1;
    };
  }

  private static @Nullable Target parse(byte[] header) {
    int end = header.length - 2;
    int port = Byte.toUnsignedInt(header[end]) << 8 | Byte.toUnsignedInt(header[end + 1]);
    String host =
        header[3] == NAME
            ? new String(header, FIXED + 1, end - FIXED - 1, StandardCharsets.ISO_8859_1)
            : NetUtil.bytesToIpAddress(Arrays.copyOfRange(header, FIXED, end));
    return HostPort.isHost(host) && port != 0 ? new Target(host, port) : null;
  }

  /// The header of a datagram that came from `from`. Not to be changed by the caller.
  byte[] header(Target from) {
    if (!from.equals(lastWrittenTarget)) {
      lastWritten = write(from);
      lastWrittenTarget = from;
    }
    return lastWritten;
  }

  private static byte[] write(Target from) {
    InetAddress literal = NetUtil.createInetAddressFromIpAddressString(from.host());
    byte[] address =
        literal != null ? literal.getAddress() : from.host().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer header = ByteBuffer.allocate(FIXED + 1 + address.length + 2);
    header.putShort((short) 0).put((byte) 0);
    if (literal == null) {
      header.put((byte) NAME).put((byte) address.length);
    } else {
      header.put((byte) (address.length == 4 ? IPV4 : IPV6));
    }
    header.put(address).putShort((short) from.port());
    return Arrays.copyOf(header.array(), header.position());
  }
}
