package org.wormholes.dsl.sandbox;

import java.nio.file.Path;

/// A file or folder that the child may read, and perhaps run programs of.
record Grant(Path path, boolean executable) {
  static Grant read(Path path) {
    return new Grant(path, false);
  }

  static Grant run(Path path) {
    return new Grant(path, true);
  }
}
