package org.wormholes.transport.exit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.transport.names.Found;

/// What servers answered, for as long as they said; the answers used longest ago leave first.
/// Belongs to one loop.
final class FoundCache {
  static final int MAX_ENTRIES = 2_048;

  private final Map<Key, Held> entries =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Held> eldest) {
          return size() > MAX_ENTRIES;
        }
      };

  private record Key(List<String> servers, NameQuestion question) {}

  private record Held(Found found, long storedAt, long until) {}

  /// An answer, and how long it may still be remembered.
  record Kept(Found found, Duration timeToLive) {}

  Optional<Kept> find(List<String> servers, NameQuestion question, long now) {
    Key key = new Key(servers, question);
    Held entry = entries.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    if (entry.until - now <= 0) {
      entries.remove(key);
      return Optional.empty();
    }
    return Optional.of(new Kept(entry.found, Duration.ofNanos(entry.until - now)));
  }

  void keep(List<String> servers, NameQuestion question, Found found, long now) {
    long nanos = found.timeToLive().toNanos();
    if (nanos > 0 && found.bytes() <= Found.MAX_KEPT_BYTES) {
      entries.put(new Key(List.copyOf(servers), question), new Held(found, now, now + nanos));
    }
  }
}
