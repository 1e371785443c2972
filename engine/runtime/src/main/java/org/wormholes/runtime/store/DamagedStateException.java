package org.wormholes.runtime.store;

import java.io.IOException;
import java.nio.file.Path;

/// A file of the state folder and its previous version are both unreadable. Nothing is guessed; a
/// person has to look.
public final class DamagedStateException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedStateException(Path file, String why) {
    super("state file %s is damaged (%s) and has no intact previous version".formatted(file, why));
  }
}
