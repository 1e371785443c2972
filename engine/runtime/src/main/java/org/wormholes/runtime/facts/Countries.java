package org.wormholes.runtime.facts;

import com.maxmind.db.Reader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Says in which country an address is registered. Thread-safe.
public interface Countries {
  /// Knows nothing.
  Countries NONE = address -> "";

  long MAX_FILE = 512L << 20;

  /// Two capital letters (ISO 3166-1), or empty when it is not known. Does not block beyond reading
  /// a file that is mapped into memory.
  String of(InetAddress address);

  /// What these files know, the first that knows counting: databases of MaxMind's format (`.mmdb`),
  /// text files as Tor ships them (`geoip`, `geoip6`), or tables that [CountryTableWriter] made.
  ///
  /// @throws IOException says which file cannot be used, and why
  static Countries read(List<Path> files) throws IOException {
    List<Countries> sources = new java.util.ArrayList<>();
    for (Path file : files) {
      sources.add(read(file));
    }
    return address ->
        sources.stream()
            .map(source -> source.of(address))
            .filter(country -> !country.isEmpty())
            .findFirst()
            .orElse("");
  }

  private static Countries read(Path file) throws IOException {
    if (Files.size(file) > MAX_FILE) {
      throw new IOException(file + " is larger than " + (MAX_FILE >> 20) + " MiB");
    }
    if (isTable(file)) {
      return CountryTable.read(file, Files.readAllBytes(file));
    }
    if (!file.toString().endsWith(".mmdb")) {
      return CountryText.read(file);
    }
    try {
      Reader reader = new Reader(file.toFile());
      return address -> country(reader, address);
    } catch (IOException | RuntimeException e) {
      throw new IOException(file + " is no MaxMind database: " + e.getMessage(), e);
    }
  }

  private static boolean isTable(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Files.size(file) <= CountryTable.MAX_BYTES
          && CountryTable.isOne(in.readNBytes(CountryTable.HEADER));
    }
  }

  private static String country(Reader reader, InetAddress address) {
    try {
      return code(reader.get(address, Map.class));
    } catch (IOException | RuntimeException e) {
      return ""; // a damaged place in the file; the rest of it is good
    }
  }

  /// The layouts that are common: `country_code`, or `country` with its `iso_code`.
  static String code(@org.jspecify.annotations.Nullable Map<?, ?> found) {
    if (found == null) {
      return "";
    }
    return Stream.of(
            found.get("country_code"),
            nested(found, "country"),
            nested(found, "registered_country"))
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .filter(Countries::isCode)
        .findFirst()
        .orElse("");
  }

  private static @org.jspecify.annotations.Nullable Object nested(Map<?, ?> found, String key) {
    return found.get(key) instanceof Map<?, ?> inner ? inner.get("iso_code") : null;
  }

  /// Whether a text is two capital letters.
  static boolean isCode(String text) {
    return text.length() == 2 && text.chars().allMatch(c -> c >= 'A' && c <= 'Z');
  }
}
