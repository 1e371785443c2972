package org.wormholes.runtime.facts;

import com.maxmind.db.InvalidNetworkException;
import com.maxmind.db.Reader;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Makes a [CountryTable] from databases of other forms. Ranges of one country that touch become
/// one entry.
public final class CountryTableWriter {
  private static final BigInteger END4 = BigInteger.ONE.shiftLeft(32);
  private static final BigInteger END6 = BigInteger.ONE.shiftLeft(128);

  /// @param end the first address after it
  private record Range(BigInteger first, BigInteger end, String country) {}

  /// What a table has.
  ///
  /// @param entries4 of IPv4
  /// @param entries6 of IPv6
  /// @param countries how many different ones
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Table(byte[] bytes, int entries4, int entries6, int countries) {}

  private final List<Range> ranges4 = new ArrayList<>();
  private final List<Range> ranges6 = new ArrayList<>();

  private CountryTableWriter() {}

  /// The table of what these files say: databases of MaxMind's format (`.mmdb`), or text files as
  /// Tor ships them.
  ///
  /// @throws IOException if a file cannot be used, or two of them speak of the same addresses
  public static Table of(List<Path> files) throws IOException {
    CountryTableWriter writer = new CountryTableWriter();
    for (Path file : files) {
      if (file.toString().endsWith(".mmdb")) {
        writer.addDatabase(file);
      } else {
        CountryText.read(file).each(writer::add);
      }
    }
    return writer.table();
  }

  private void addDatabase(Path file) throws IOException {
    try (Reader reader = new Reader(file.toFile())) {
      var networks = reader.networks(Map.class);
      while (networks.hasNext()) {
        var each = networks.next();
        byte[] first = each.network().networkAddress().getAddress();
        int bits = each.network().prefixLength();
        addNetwork(first, bits, Countries.code(each.data()));
      }
    } catch (InvalidNetworkException | RuntimeException e) {
      throw new IOException(file + " is no MaxMind database: " + e.getMessage(), e);
    }
  }

  /// Databases keep IPv4 in the first 2^32 addresses of IPv6.
  private void addNetwork(byte[] first, int bits, String country) throws IOException {
    boolean short4 = first.length == 4;
    boolean inside6 = !short4 && bits >= 96 && isZero(first, 12);
    byte[] start = inside6 ? Arrays.copyOfRange(first, 12, 16) : first;
    int prefix = inside6 || (short4 && bits > 32) ? bits - 96 : bits;
    BigInteger low = new BigInteger(1, start);
    BigInteger end = low.add(BigInteger.ONE.shiftLeft(8 * start.length - prefix));
    add(start.length, new Range(low, end, country));
  }

  private static boolean isZero(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private void add(byte[] first, byte[] last, String country) throws IOException {
    BigInteger end = new BigInteger(1, last).add(BigInteger.ONE);
    add(first.length, new Range(new BigInteger(1, first), end, country));
  }

  private void add(int length, Range range) throws IOException {
    List<Range> ranges = length == 4 ? ranges4 : ranges6;
    if (ranges.size() >= CountryTable.MAX_ENTRIES) {
      throw new IOException("there are more than " + CountryTable.MAX_ENTRIES + " ranges");
    }
    if (!range.country.isEmpty()) {
      ranges.add(range);
    }
  }

  private Table table() throws IOException {
    List<Range> entries4 = entries(ranges4, END4);
    List<Range> entries6 = entries(ranges6, END6);
    ByteBuffer out =
        ByteBuffer.allocate(CountryTable.HEADER + 6 * entries4.size() + 18 * entries6.size());
    out.put(CountryTable.MAGIC).putInt(0).putInt(entries4.size()).putInt(entries6.size());
    entries4.forEach(each -> out.putInt(each.first.intValue()));
    for (Range each : entries6) {
      out.putLong(each.first.shiftRight(64).longValue()).putLong(each.first.longValue());
    }
    entries4.forEach(each -> out.put(code(each)));
    entries6.forEach(each -> out.put(code(each)));
    byte[] bytes = out.array();
    out.putInt(CountryTable.MAGIC.length, CountryTable.crc(bytes));
    long countries =
        Stream.concat(entries4.stream(), entries6.stream())
            .map(Range::country)
            .filter(country -> !country.isEmpty())
            .distinct()
            .count();
    return new Table(bytes, entries4.size(), entries6.size(), (int) countries);
  }

  private static byte[] code(Range entry) {
    return entry.country.isEmpty()
        ? new byte[2]
        : entry.country.getBytes(StandardCharsets.US_ASCII);
  }

  /// One entry where a country begins, one where it ends and nothing begins.
  private static List<Range> entries(List<Range> ranges, BigInteger end) throws IOException {
    ranges.sort(Comparator.comparing(Range::first));
    List<Range> entries = new ArrayList<>();
    BigInteger reached = BigInteger.ZERO;
    for (Range range : ranges) {
      if (range.first.compareTo(reached) < 0) {
        throw new IOException(
            "there are ranges that overlap: give files that speak of different addresses");
      }
      if (range.first.compareTo(reached) > 0 && !entries.isEmpty()) {
        begin(entries, new Range(reached, range.first, ""));
      }
      begin(entries, range);
      reached = range.end;
    }
    if (!entries.isEmpty() && reached.compareTo(end) < 0) {
      begin(entries, new Range(reached, end, ""));
    }
    return entries;
  }

  private static void begin(List<Range> entries, Range next) {
    if (entries.isEmpty() || !entries.getLast().country.equals(next.country)) {
      entries.add(next);
    }
  }
}
