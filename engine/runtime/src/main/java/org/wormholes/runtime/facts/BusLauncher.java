package org.wormholes.runtime.facts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Asks NetworkManager, where there is one, whether the way out costs by the byte: its property
/// `Metered`, over D-Bus, by systemd's `busctl`. Nothing is started where there is no `busctl` or
/// no system bus, nor is NetworkManager. Blocks for at most [#LIMIT].
final class BusLauncher {
  static final Duration LIMIT = Duration.ofSeconds(3);

  private static final Path BUSCTL = Path.of("/usr/bin/busctl");
  private static final Path SYSTEM_BUS = Path.of("/run/dbus/system_bus_socket");
  private static final String BUS_ADDRESS = "DBUS_SYSTEM_BUS_ADDRESS";
  private static final String MANAGER = "org.freedesktop.NetworkManager";
  private static final int MAX_ANSWER = 64; // characters; it is "u 4"

  private final Path program;
  private final Map<String, String> environment;
  private final Duration limit;

  BusLauncher() {
    this(BUSCTL, System.getenv(), LIMIT);
  }

  BusLauncher(Path program, Map<String, String> environment, Duration limit) {
    this.program = program;
    this.environment = Map.copyOf(environment);
    this.limit = limit;
  }

  /// What it says; empty where it says nothing, does not know, or is not there.
  Optional<Boolean> metered() {
    String address = environment.getOrDefault(BUS_ADDRESS, "");
    if (!Files.isExecutable(program) || (address.isEmpty() && !Files.exists(SYSTEM_BUS))) {
      return Optional.empty();
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                program.toString(),
                "--system",
                "--auto-start=no",
                "--timeout=" + Math.max(1, limit.toSeconds() - 1),
                "get-property",
                MANAGER,
                "/org/freedesktop/NetworkManager",
                MANAGER,
                "Metered"));
    builder.environment().clear();
    if (!address.isEmpty()) {
      builder.environment().put(BUS_ADDRESS, address);
    }
    try {
      return answer(builder.redirectError(ProcessBuilder.Redirect.DISCARD).start());
    } catch (IOException e) {
      return Optional.empty(); // it cannot be started
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /// What it prints fits into a pipe, so it can be read after its end; one that prints more, or
  /// does not end, is ended.
  private Optional<Boolean> answer(Process asked) throws IOException, InterruptedException {
    try (InputStream out = asked.getInputStream()) {
      asked.getOutputStream().close();
      if (!asked.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS) || asked.exitValue() != 0) {
        return Optional.empty();
      }
      return meaning(new String(out.readNBytes(MAX_ANSWER), StandardCharsets.US_ASCII).strip());
    } finally {
      asked.destroyForcibly();
    }
  }

  /// NetworkManager's `NMMetered`: 0 unknown, 1 yes, 2 no, 3 it guesses yes, 4 it guesses no. A
  /// guess of its, by DHCP options and kinds of devices, is better than ours.
  private static Optional<Boolean> meaning(String answer) {
    return switch (answer) {
      case "u 1", "u 3" -> Optional.of(true);
      case "u 2", "u 4" -> Optional.of(false);
      default -> Optional.empty();
    };
  }
}
