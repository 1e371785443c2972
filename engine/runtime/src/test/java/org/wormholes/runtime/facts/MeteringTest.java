package org.wormholes.runtime.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whether the way out is metered, as NetworkManager and this machine's files say it.
class MeteringTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Map<String, String> BUS = Map.of("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/x");
  private static final BusLauncher NOBODY = new BusLauncher(Path.of("/nonexistent"), BUS, LIMIT);

  @TempDir Path root;

  @Test
  void itsAnswersAndGuessesAreTaken() throws IOException {
    assertThat(bus("echo u 1", LIMIT).metered()).contains(true);
    assertThat(bus("echo u 2", LIMIT).metered()).contains(false);
    assertThat(bus("echo u 3", LIMIT).metered()).contains(true);
    assertThat(bus("echo u 4", LIMIT).metered()).contains(false);
  }

  @Test
  void whatIsNoAnswerSaysNothing() throws IOException {
    for (String program :
        List.of(
            "echo u 0",
            "echo u 5",
            "true",
            "echo u 1; exit 1",
            "echo b true",
            "printf 'u 1%0100d'")) {
      assertThat(bus(program, LIMIT).metered()).as(program).isEmpty();
    }
    assertThat(NOBODY.metered()).isEmpty();
  }

  @Test
  void aProgramThatHangsOrFloodsIsEnded() throws IOException {
    for (String program : List.of("exec sleep 600", "exec yes u 1")) {
      long began = System.nanoTime();
      assertThat(bus(program, Duration.ofMillis(300)).metered()).as(program).isEmpty();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(60));
    }
  }

  @Test
  void itIsAskedOnceInAWhile() throws IOException {
    AtomicLong nanos = new AtomicLong(7);
    Metering metering =
        new Metering(root, bus("echo >> '" + root + "/asked'; echo u 1", LIMIT), nanos::get);
    for (int second = 0; second < 60; second += 10) {
      assertThat(metering.isMetered()).isTrue();
      nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    }
    assertThat(root.resolve("asked")).hasSize(2); // in a minute
  }

  /// On a bus of its own, with the NetworkManager of python3-dbusmock.
  @Test
  void theRealPropertyIsRead() throws Exception {
    Path daemon = Path.of("/usr/bin/dbus-daemon");
    assumeTrue(Files.isExecutable(daemon) && Files.isExecutable(Path.of("/usr/bin/busctl")));
    assumeTrue(Files.isDirectory(Path.of("/usr/lib/python3/dist-packages/dbusmock")));
    String address = "unix:path=" + root.resolve("bus");
    Process bus =
        start(
            address,
            daemon.toString(),
            "--session",
            "--nofork",
            "--print-address",
            "--address=" + address);
    Process manager = null;
    try (BufferedReader said = bus.inputReader()) {
      assertThat(said.readLine()).startsWith(address);
      BusLauncher asking =
          new BusLauncher(
              Path.of("/usr/bin/busctl"), Map.of("DBUS_SYSTEM_BUS_ADDRESS", address), LIMIT);
      assertThat(asking.metered()).isEmpty();

      manager = start(address, "/usr/bin/python3", "-c", MANAGER);
      assertThat(manager.inputReader().readLine()).isEqualTo("ready");
      for (int value = 0; value < 5; value++) {
        manager.outputWriter().write(value + "\n");
        manager.outputWriter().flush();
        assertThat(manager.inputReader().readLine()).isEqualTo("is " + value);
        boolean known = value > 0;
        assertThat(asking.metered().isPresent()).as("metered %d", value).isEqualTo(known);
        assertThat(asking.metered().orElse(false)).isEqualTo(value % 2 == 1);
      }
    } finally {
      end(bus);
      end(manager);
    }
  }

  /// Sets the property to each number it is told.
  private static final String MANAGER =
      """
      import dbus, sys, threading
      from dbusmock import mockobject
      from dbus.mainloop.glib import DBusGMainLoop
      from gi.repository import GLib
      loop = GLib.MainLoop()
      DBusGMainLoop(set_as_default=True)
      name = "org.freedesktop.NetworkManager"
      bus = dbus.SystemBus()
      owned = dbus.service.BusName(name, bus)
      manager = mockobject.DBusMockObject(owned, "/org/freedesktop/NetworkManager", name, {"Metered": dbus.UInt32(0)}, "/dev/null")
      def told():
        for line in sys.stdin:
          value = int(line)
          def change():
            manager.props[name]["Metered"] = dbus.UInt32(value)
            print("is", value, flush=True)
          GLib.idle_add(change)
        GLib.idle_add(loop.quit)
      threading.Thread(target=told, daemon=True).start()
      GLib.idle_add(lambda: print("ready", flush=True))
      loop.run()
      """;

  private static Process start(String address, String... command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("DBUS_SYSTEM_BUS_ADDRESS", address);
    return builder.start();
  }

  private static void end(@org.jspecify.annotations.Nullable Process process)
      throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
  }

  private BusLauncher bus(String program, Duration limit) throws IOException {
    Path file = Files.createTempFile(root, "busctl", ".sh");
    Files.write(file, ("#!/bin/sh\n" + program + "\n").getBytes(StandardCharsets.UTF_8));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return new BusLauncher(file, BUS, limit);
  }

  @Test
  void mobileBroadbandIsMetered() throws Exception {
    Files.createDirectories(root.resolve("proc/net"));
    Files.createDirectories(root.resolve("sys/class/net/wwan0"));
    Files.createDirectories(root.resolve("sys/class/net/eth0"));
    Files.writeString(
        root.resolve("sys/class/net/wwan0/uevent"), "DEVTYPE=wwan\nINTERFACE=wwan0\n");
    Files.writeString(root.resolve("sys/class/net/eth0/uevent"), "INTERFACE=eth0\n");
    Metering metering = new Metering(root, NOBODY, () -> 0);
    assertThat(metering.isMetered()).isFalse();
    String heading = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n";
    String mobile = "wwan0\t00000000\t01010101\t0003\t0\t0\t700\t00000000\t0\t0\t0\n";
    String wired = "eth0\t00000000\t01010101\t0003\t0\t0\t100\t00000000\t0\t0\t0\n";
    Files.writeString(root.resolve("proc/net/route"), heading + mobile);
    assertThat(metering.isMetered()).isTrue();
    Files.writeString(root.resolve("proc/net/route"), heading + mobile + wired);
    assertThat(metering.isMetered()).isFalse();
  }
}
