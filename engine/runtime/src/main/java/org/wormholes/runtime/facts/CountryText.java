package org.wormholes.runtime.facts;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Countries from a text file as Tor ships them: lines of `first,last,CC`, addresses as numbers or
/// in their usual spelling, `#` before a remark. A range that overlaps another is a mistake.
final class CountryText implements Countries {
  static final int MAX_RANGES = 4_000_000;
  private static final int MAX_LINE = 200;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Range(byte[] first, byte[] last, String country) {}

  private final byte[][] firsts;
  private final byte[][] lasts;
  private final String[] countries;

  private CountryText(List<Range> ranges) {
    firsts = ranges.stream().map(Range::first).toArray(byte[][]::new);
    lasts = ranges.stream().map(Range::last).toArray(byte[][]::new);
    countries = ranges.stream().map(Range::country).toArray(String[]::new);
  }

  /// Takes a range of addresses, both ends belonging to it; the country is empty where the file
  /// names none.
  interface Ranges {
    void add(byte[] first, byte[] last, String country) throws IOException;
  }

  void each(Ranges sink) throws IOException {
    for (int i = 0; i < firsts.length; i++) {
      sink.add(firsts[i], lasts[i], countries[i]);
    }
  }

  static CountryText read(Path file) throws IOException {
    List<Range> ranges = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank() && !line.startsWith("#")) {
          ranges.add(range(file, number, line));
        }
        if (ranges.size() > MAX_RANGES) {
          throw new IOException(file + " has more than " + MAX_RANGES + " ranges");
        }
      }
    }
    ranges.sort(Comparator.comparing(Range::first, CountryText::compare));
    for (int i = 1; i < ranges.size(); i++) {
      if (compare(ranges.get(i - 1).last(), ranges.get(i).first()) >= 0) {
        throw new IOException(file + " has ranges that overlap");
      }
    }
    return new CountryText(ranges);
  }

  private static Range range(Path file, int number, String line) throws IOException {
    String[] parts = line.strip().split(",", -1);
    try {
      if (line.length() <= MAX_LINE && parts.length == 3) {
        byte[] first = address(parts[0]);
        byte[] last = address(parts[1]);
        String country = parts[2].strip();
        if (first.length == last.length && compare(first, last) <= 0) {
          return new Range(first, last, Countries.isCode(country) ? country.intern() : "");
        }
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new IOException("%s:%d is no line `first,last,CC`".formatted(file, number));
  }

  private static byte[] address(String text) {
    String plain = text.strip();
    if (plain.chars().allMatch(Character::isDigit)) {
      long number = Long.parseLong(plain);
      if (number > 0xffff_ffffL) {
        throw new IllegalArgumentException("not an address");
      }
      return java.nio.ByteBuffer.allocate(4).putInt((int) number).array();
    }
    return InetAddress.ofLiteral(plain).getAddress();
  }

  /// IPv4 before IPv6, each by its bytes.
  private static int compare(byte[] one, byte[] other) {
    return one.length != other.length
        ? Integer.compare(one.length, other.length)
        : Arrays.compareUnsigned(one, other);
  }

  @Override
  public String of(InetAddress address) {
    byte[] wanted = address.getAddress();
    int at = Arrays.binarySearch(firsts, wanted, CountryText::compare);
    int range = at >= 0 ? at : -at - 2;
    return range >= 0 && compare(wanted, lasts[range]) <= 0 ? countries[range] : "";
  }
}
