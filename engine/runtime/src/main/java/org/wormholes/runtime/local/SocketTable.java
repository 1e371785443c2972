package org.wormholes.runtime.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The kernel's table of TCP sockets, `/proc/net/tcp` and `/proc/net/tcp6` (proc(5)).
final class SocketTable {
  private static final int MAX_LINES = 1 << 18;
  private static final String ESTABLISHED = "01";
  private static final int LOCAL = 1;
  private static final int STATE = 3;
  private static final int UID = 7;
  private static final int INODE = 9;

  private final Path proc;

  SocketTable(Path proc) {
    this.proc = proc;
  }

  /// A socket and its owner.
  record Entry(int uid, long inode) {}

  /// The connected socket at this address. Empty for none, and for several: one port can be the
  /// near end of connections to different places, and it would be a guess which is meant.
  Optional<Entry> find(InetSocketAddress local) throws IOException {
    Set<Entry> found = new HashSet<>();
    byte[] address = local.getAddress().getAddress();
    search(
        "net/tcp6", hex(address.length == 4 ? mapped(address) : address), local.getPort(), found);
    if (address.length == 4) {
      search("net/tcp", hex(address), local.getPort(), found);
    }
    return found.size() == 1 ? Optional.of(found.iterator().next()) : Optional.empty();
  }

  private void search(String table, String address, int port, Set<Entry> found) throws IOException {
    Path file = proc.resolve(table);
    if (!Files.isReadable(file)) {
      return;
    }
    String wanted = address + ":" + HexFormat.of().withUpperCase().toHexDigits((short) port);
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
      String line = lines.readLine(); // the heading
      for (int i = 0; i < MAX_LINES && (line = lines.readLine()) != null; i++) {
        if (line.contains(wanted)) {
          entry(line, wanted).ifPresent(found::add);
        }
      }
    }
  }

  private static Optional<Entry> entry(String line, String wanted) {
    String[] columns = line.strip().split("\\s+", -1);
    if (columns.length <= INODE
        || !columns[LOCAL].equals(wanted)
        || !columns[STATE].equals(ESTABLISHED)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Entry(Integer.parseInt(columns[UID]), Long.parseLong(columns[INODE])));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static byte[] mapped(byte[] ip4) {
    byte[] ip6 = new byte[16];
    ip6[10] = (byte) 0xff;
    ip6[11] = (byte) 0xff;
    System.arraycopy(ip4, 0, ip6, 12, 4);
    return ip6;
  }

  /// As the kernel prints addresses: words of four bytes, each in the order of the machine.
  private static String hex(byte[] address) {
    boolean little = java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN;
    StringBuilder text = new StringBuilder();
    for (int word = 0; word < address.length; word += 4) {
      for (int i = 0; i < 4; i++) {
        text.append(HexFormat.of().toHexDigits(address[word + (little ? 3 - i : i)]));
      }
    }
    return text.toString().toUpperCase(Locale.ROOT);
  }

  /// The socket address that `ip:port` spells; empty for anything else. Never looks a name up.
  static Optional<InetSocketAddress> address(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      return Optional.of(new InetSocketAddress(InetAddress.ofLiteral(bare), port));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
