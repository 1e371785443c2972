package org.wormholes.dsl.sandbox;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/// What a sandboxed JVM must read to start: its own installation, the C library, our jars, a few
/// devices. And the ruleset's folder.
final class Grants {
  private static final List<Path> DEVICES =
      List.of(Path.of("/dev/null"), Path.of("/dev/random"), Path.of("/dev/urandom"));
  private static final Path LOADER_CACHE = Path.of("/etc/ld.so.cache");
  private static final int MAX_LISTS = 200;

  private Grants() {}

  /// All of them for a ruleset in `folder`.
  static List<Grant> forRulesetIn(Path folder) throws IOException {
    List<Grant> grants = new ArrayList<>();
    grants.add(Grant.run(java()));
    grants.add(Grant.read(javaHome()));
    Path settings = javaHome().resolve("conf/security/java.security").toRealPath();
    if (!settings.startsWith(javaHome())) {
      grants.add(Grant.read(settings.resolve("../..").normalize()));
    }
    loader().forEach(grants::add);
    DEVICES.forEach(device -> grants.add(Grant.read(device)));
    if (Files.exists(LOADER_CACHE)) {
      grants.add(Grant.read(LOADER_CACHE));
    }
    for (Path entry : everythingOnTheClassPath()) {
      grants.add(Grant.read(entry));
    }
    ofRuleset(folder.toRealPath()).forEach(grants::add);
    return grants;
  }

  static Path java() throws IOException {
    return javaHome().resolve("bin/java").toRealPath();
  }

  private static Path javaHome() throws IOException {
    return Path.of(System.getProperty("java.home")).toRealPath();
  }

  /// What this JVM was given, with absolute names; jars may name more of them.
  static List<Path> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !entry.isEmpty())
        .map(entry -> Path.of(entry).toAbsolutePath().normalize())
        .filter(Files::exists)
        .toList();
  }

  private static Set<Path> everythingOnTheClassPath() throws IOException {
    Set<Path> found = new LinkedHashSet<>();
    for (Path entry : classPath()) {
      collect(entry, found);
    }
    return found;
  }

  private static void collect(Path entry, Set<Path> found) throws IOException {
    if (!Files.exists(entry) || !found.add(entry.toRealPath()) || Files.isDirectory(entry)) {
      return;
    }
    try (JarFile jar = new JarFile(entry.toFile(), false)) {
      Manifest manifest = jar.getManifest();
      String names =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      if (names != null) {
        for (String name : names.split(" ", -1)) {
          URI target = entry.toUri().resolve(name);
          if ("file".equals(target.getScheme())) {
            collect(Path.of(target), found);
          }
        }
      }
    }
  }

  /// The folders of the C library, and the one program of it that starts all others. What this
  /// process has mapped says where they are.
  private static Set<Grant> loader() throws IOException {
    Set<Grant> grants = new LinkedHashSet<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      int slash = line.indexOf('/');
      if (slash < 0) {
        continue;
      }
      Path mapped = Path.of(line.substring(slash));
      String name = String.valueOf(mapped.getFileName());
      if (name.startsWith("ld-linux") || name.startsWith("ld-2.")) {
        grants.add(Grant.run(mapped));
      } else if (name.startsWith("libc.so") || name.startsWith("libc-2.")) {
        grants.add(Grant.read(mapped.resolve("..").normalize()));
      }
    }
    return grants;
  }

  /// A folder with a ruleset in it; of a person's home, only the lists that lie open in it.
  private static List<Grant> ofRuleset(Path folder) throws IOException {
    Path home = Path.of(System.getProperty("user.home")).toAbsolutePath();
    Path realHome = Files.exists(home) ? home.toRealPath() : home;
    if (!realHome.startsWith(folder)) {
      return List.of(Grant.read(folder));
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".txt") && Files.isRegularFile(file))
          .limit(MAX_LISTS)
          .map(Grant::read)
          .toList();
    }
  }
}
