package org.wormholes.runtime.store;

import java.io.IOException;
import java.nio.file.Path;

/// Another engine holds the state folder.
public final class StateInUseException extends IOException {
  private static final long serialVersionUID = 1L;

  StateInUseException(Path folder) {
    super("state folder " + folder + " is in use by another engine");
  }
}
