package org.wormholes.runtime.facts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Guesses whether this machine's way to the Internet costs by the byte: where the default route
/// leaves by mobile broadband, it does (Linux). Everything else only a person knows. Reads files,
/// so it is not for event loops.
public final class Metering {
  private static final int MAX_FILE = 1 << 20;
  private static final String DEFAULT = "00000000";

  private final Path root;

  public Metering() {
    this(Path.of("/"));
  }

  Metering(Path root) {
    this.root = root;
  }

  public boolean isMetered() {
    Optional<String> device = defaultDevice();
    return device.isPresent()
        && lines(root.resolve("sys/class/net").resolve(device.get()).resolve("uevent"))
            .contains("DEVTYPE=wwan");
  }

  /// The device of the default route with the lowest metric.
  private Optional<String> defaultDevice() {
    String best = "";
    long lowest = Long.MAX_VALUE;
    for (String line : lines(root.resolve("proc/net/route"))) {
      String[] columns = line.strip().split("\\s+", -1);
      if (columns.length > 7 && columns[1].equals(DEFAULT) && columns[7].equals(DEFAULT)) {
        long metric = metric(columns[6]);
        if (metric < lowest && !columns[0].contains("/")) {
          lowest = metric;
          best = columns[0];
        }
      }
    }
    return best.isEmpty() ? Optional.empty() : Optional.of(best);
  }

  private static long metric(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  private static List<String> lines(Path file) {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MAX_FILE), StandardCharsets.US_ASCII).lines().toList();
    } catch (IOException e) {
      return List.of(); // it does not say
    }
  }
}
