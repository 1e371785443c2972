package org.wormholes.spec.lab;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/// The command line, as `bin/wormholes` would start it, from the classes that are tested.
public final class Launcher {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final String CLASS_PATH =
      Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
          .map(entry -> Path.of(entry).toAbsolutePath().toString())
          .collect(Collectors.joining(File.pathSeparator));

  private Launcher() {}

  /// Writes a program `wormholes` into a folder.
  public static Path in(Path folder) throws IOException {
    Path launcher = folder.resolve("wormholes");
    Files.writeString(
        launcher,
        "#!/bin/sh\nexec '%s' -XX:TieredStopAtLevel=1 --sun-misc-unsafe-memory-access=allow -cp '%s' %s \"$@\"\n"
            .formatted(JAVA, CLASS_PATH, "org.wormholes.cli.Main"));
    if (!launcher.toFile().setExecutable(true)) {
      throw new IOException(launcher + " can't be made a program");
    }
    return launcher;
  }
}
