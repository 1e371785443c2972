package org.wormholes.transport.program;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Where programs are installed.
public final class Programs {
  private Programs() {}

  /// Where to look: `PATH`, and the folders of the system, which are not in everybody's.
  public static String usualPath() {
    return System.getenv().getOrDefault("PATH", "")
        + ":/usr/bin:/usr/local/bin:/usr/sbin:/usr/local/sbin";
  }

  /// A program, where it is installed.
  ///
  /// @param searchPath folders to look in, as in `PATH`
  public static Optional<Path> find(String name, String searchPath) {
    return Stream.of(searchPath.split(":"))
        .filter(each -> !each.isEmpty())
        .map(each -> Path.of(each, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
