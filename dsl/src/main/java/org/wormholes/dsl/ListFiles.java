package org.wormholes.dsl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Where a compilation finds the files that `listed?` names.
public interface ListFiles {
  /// The longest list, in bytes.
  int MAX_BYTES = 64 * 1024 * 1024;

  /// The most entries of one list.
  int MAX_ENTRIES = 1_000_000;

  /// No files at all.
  ListFiles NONE = name -> Optional.empty();

  /// The content of a file, named relative to the ruleset; empty if there is none that may be read.
  /// At most one byte more than [#MAX_BYTES] is read.
  Optional<byte[]> read(String name);

  /// The files there are, for suggestions; may be empty.
  default List<String> names() {
    return List.of();
  }

  /// The files in a folder and below it; links that lead out of it are not followed.
  static ListFiles beside(Path folder) {
    return new ListFiles() {
      @Override
      public Optional<byte[]> read(String name) {
        try {
          Path root = folder.toRealPath();
          Path file = root.resolve(name).toRealPath();
          if (!file.startsWith(root) || !Files.isRegularFile(file)) {
            return Optional.empty();
          }
          try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(in.readNBytes(MAX_BYTES + 1));
          }
        } catch (IOException | java.nio.file.InvalidPathException e) {
          return Optional.empty();
        }
      }

      @Override
      public List<String> names() {
        try (Stream<Path> files = Files.list(folder)) {
          return files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".txt"))
              .sorted()
              .limit(200)
              .toList();
        } catch (IOException e) {
          return List.of();
        }
      }
    };
  }
}
