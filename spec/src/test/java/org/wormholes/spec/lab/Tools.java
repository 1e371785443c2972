package org.wormholes.spec.lab;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Programs of the system that tests use. `spec/packages.txt` lists the packages they come in.
public final class Tools {
  private Tools() {}

  /// Skips the test, with a word on what to install, where `program` is missing.
  public static String need(String program, String debianPackage) {
    Optional<Path> found = find(program);
    assumeTrue(found.isPresent(), () -> program + " is missing (Debian: " + debianPackage + ")");
    return found.map(Path::toString).orElse(program);
  }

  /// Skips the test where `file`, which a package brings, is missing.
  public static void needFile(String file, String debianPackage) {
    assumeTrue(
        Files.exists(Path.of(file)), () -> file + " is missing (Debian: " + debianPackage + ")");
  }

  private static Optional<Path> find(String program) {
    Stream<String> folders = Stream.of(System.getenv().getOrDefault("PATH", "").split(":"));
    return Stream.concat(folders, Stream.of("/usr/sbin", "/sbin"))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
