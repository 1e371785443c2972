package org.wormholes.protocol.table;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.wire.Bytes;

/// What was replaced a short while ago. Where several write at once each keeper may have another
/// version, and who reads them all finds out by this which of them meet the rules.
final class TableReplaced {
  static final Duration REMEMBERED = Duration.ofSeconds(30);

  /// In all; the oldest are forgotten first.
  static final int MAX_BYTES = 4 << 20;

  private record Replaced(TableRecord before, Instant at) {
    int bytes() {
      return before.encoded().size();
    }
  }

  private final Map<Bytes, Replaced> byNext = new LinkedHashMap<>();
  private int bytes;

  void add(TableRecord next, TableRecord before, Instant now) {
    Replaced fresh = new Replaced(before, now);
    Replaced old = byNext.put(next.hash(), fresh);
    bytes += fresh.bytes() - (old == null ? 0 : old.bytes());
    drop(null);
  }

  void forget(Instant now) {
    drop(now.minus(REMEMBERED));
  }

  private void drop(@Nullable Instant old) {
    Iterator<Replaced> each = byNext.values().iterator();
    while (each.hasNext()) {
      Replaced oldest = each.next();
      if (bytes <= MAX_BYTES && (old == null || oldest.at().isAfter(old))) {
        return;
      }
      bytes -= oldest.bytes();
      each.remove();
    }
  }

  Optional<TableRecord> by(TableRecord next) {
    return Optional.ofNullable(byNext.get(next.hash())).map(Replaced::before);
  }
}
