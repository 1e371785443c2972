package org.wormholes.runtime.table;

import java.io.IOException;

/// A store of records can't do what was asked; nothing that it had taken before is lost.
public final class TableStoreException extends IOException {
  private static final long serialVersionUID = 1;

  private final boolean full;

  TableStoreException(String message, boolean full, Throwable cause) {
    super(message, cause);
    this.full = full;
  }

  /// Whether there is no more room; the store takes records again when there is.
  public boolean isFull() {
    return full;
  }
}
