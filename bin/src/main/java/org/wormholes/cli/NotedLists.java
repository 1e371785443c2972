package org.wormholes.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.wormholes.dsl.ListFiles;

/// The lists beside a script, and somebody who hears which of them were asked for, there or not.
record NotedLists(ListFiles files, Path folder, Consumer<Path> reads) implements ListFiles {
  static ListFiles of(Path folder, Consumer<Path> reads) {
    return new NotedLists(ListFiles.beside(folder), folder, reads);
  }

  @Override
  public Optional<byte[]> read(String name) {
    try {
      reads.accept(folder.resolve(name));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
    return files.read(name);
  }

  @Override
  public List<String> names() {
    return files.names();
  }
}
