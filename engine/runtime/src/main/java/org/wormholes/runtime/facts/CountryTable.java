package org.wormholes.runtime.facts;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Countries as `wormholes country-data` writes them: checked as a whole when they are read, and
/// asked without making anything.
///
///     WHCTRY01  CRC32:4  COUNT4:4  COUNT6:4  { FIRST:4 }  { FIRST:16 }  { CODE:2 }
///
/// All numbers are big-endian. An entry says which country addresses have from `FIRST` to the next
/// entry of its kind; two zeros stand for none. First addresses rise strictly. The codes of IPv4
/// stand before those of IPv6. The CRC is that of all that follows it.
final class CountryTable implements Countries {
  static final byte[] MAGIC = "WHCTRY01".getBytes(StandardCharsets.US_ASCII);
  static final int HEADER = MAGIC.length + 12;
  static final int MAX_ENTRIES = 4_000_000; // of each kind
  static final int MAX_BYTES = HEADER + MAX_ENTRIES * 24;

  private final int[] firsts4;
  private final long[] firsts6; // upper and lower halves in turn
  private final byte[] codes;
  private final @Nullable String[] names =
      new @Nullable String[26 * 26]; // so that asking makes nothing

  private CountryTable(int[] firsts4, long[] firsts6, byte[] codes) {
    this.firsts4 = firsts4;
    this.firsts6 = firsts6;
    this.codes = codes;
    for (int i = 0; i < codes.length; i += 2) {
      if (codes[i] != 0) {
        names[name(i)] = new String(codes, i, 2, StandardCharsets.US_ASCII);
      }
    }
  }

  static boolean isOne(byte[] bytes) {
    return bytes.length >= HEADER && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /// @throws IOException unless every byte is as above
  static CountryTable read(Path file, byte[] bytes) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes).position(MAGIC.length);
    int crc = in.getInt();
    if (crc != crc(bytes)) {
      throw damaged(file, "its checksum does not fit");
    }
    int count4 = in.getInt();
    int count6 = in.getInt();
    if (count4 < 0
        || count6 < 0
        || count4 > MAX_ENTRIES
        || count6 > MAX_ENTRIES
        || in.remaining() != 6L * count4 + 18L * count6) {
      throw damaged(file, "it has not as many entries as it says");
    }
    int[] firsts4 = new int[count4];
    for (int i = 0; i < count4; i++) {
      firsts4[i] = in.getInt();
      if (i > 0 && Integer.compareUnsigned(firsts4[i - 1], firsts4[i]) >= 0) {
        throw damaged(file, "its addresses are out of order");
      }
    }
    long[] firsts6 = new long[2 * count6];
    for (int i = 0; i < firsts6.length; i += 2) {
      firsts6[i] = in.getLong();
      firsts6[i + 1] = in.getLong();
      if (i > 0 && compare(firsts6, i - 2, firsts6[i], firsts6[i + 1]) >= 0) {
        throw damaged(file, "its addresses are out of order");
      }
    }
    byte[] codes = new byte[in.remaining()];
    in.get(codes);
    for (int i = 0; i < codes.length; i += 2) {
      if (!(isLetter(codes[i]) && isLetter(codes[i + 1])) && (codes[i] | codes[i + 1]) != 0) {
        throw damaged(file, "a country is not two capital letters");
      }
    }
    return new CountryTable(firsts4, firsts6, codes);
  }

  static int crc(byte[] table) {
    CRC32 crc = new CRC32();
    int from = MAGIC.length + 4;
    crc.update(table, from, table.length - from);
    return (int) crc.getValue();
  }

  private static boolean isLetter(byte b) {
    return b >= 'A' && b <= 'Z';
  }

  private static IOException damaged(Path file, String why) {
    return new IOException(file + " is a damaged table of countries: " + why);
  }

  @Override
  public String of(InetAddress address) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    if (bytes.remaining() == 4) {
      int entry = last4(bytes.getInt());
      return entry < 0 ? "" : country(entry);
    }
    int entry = last6(bytes.getLong(), bytes.getLong());
    return entry < 0 ? "" : country(firsts4.length + entry);
  }

  private String country(int entry) {
    int at = 2 * entry;
    String name = codes[at] == 0 ? null : names[name(at)];
    return name == null ? "" : name;
  }

  private int name(int at) {
    return (codes[at] - 'A') * 26 + codes[at + 1] - 'A';
  }

  /// The last entry that begins at or before the address; -1 where none does.
  private int last4(int address) {
    int low = 0;
    int high = firsts4.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (Integer.compareUnsigned(firsts4[middle], address) <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  private int last6(long upper, long lower) {
    int low = 0;
    int high = firsts6.length / 2 - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (compare(firsts6, 2 * middle, upper, lower) <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  private static int compare(long[] halves, int at, long upper, long lower) {
    int first = Long.compareUnsigned(halves[at], upper);
    return first != 0 ? first : Long.compareUnsigned(halves[at + 1], lower);
  }
}
