package org.wormholes.runtime.facts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Finds out whether this machine's way to the Internet costs by the byte. NetworkManager is asked
/// where there is one; where it does not know, the way does when the default route leaves by mobile
/// broadband (Linux). Everything else only a person knows. Reads files and starts a program, so it
/// is not for event loops. Thread-safe.
public final class Metering {
  private static final int MAX_FILE = 1 << 20;
  private static final String DEFAULT = "00000000";

  /// A program is started for each question, and the answer changes seldom.
  private static final long ASK_EVERY = Duration.ofSeconds(30).toNanos();

  private final Path root;
  private final BusLauncher bus;
  private final LongSupplier nanos;
  private Optional<Boolean> said = Optional.empty();
  private long askedAt;
  private boolean asked;

  public Metering() {
    this(Path.of("/"), new BusLauncher(), System::nanoTime);
  }

  /// @param nanos the time, in nanoseconds from any moment
  Metering(Path root, BusLauncher bus, LongSupplier nanos) {
    this.root = root;
    this.bus = bus;
    this.nanos = nanos;
  }

  public synchronized boolean isMetered() {
    long now = nanos.getAsLong();
    if (!asked || now - askedAt >= ASK_EVERY) {
      said = bus.metered();
      askedAt = now;
      asked = true;
    }
    return said.orElseGet(this::leavesByMobileBroadband);
  }

  private boolean leavesByMobileBroadband() {
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
