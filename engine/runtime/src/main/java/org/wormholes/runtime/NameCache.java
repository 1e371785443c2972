package org.wormholes.runtime;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.runtime.spi.NameAnswer;

/// Answers about names that came through one tunnel, for as long as they last, negative ones too
/// (RFC 2308). Bounded in number and bytes; what was used longest ago leaves first. What one tunnel
/// was told is never told to the flows of another. Belongs to one loop.
final class NameCache {
  static final int MAX_ENTRIES = 2_048;
  static final int MAX_BYTES = 1 << 20;
  private static final int ENTRY_BYTES = 256;
  private static final int ADDRESS_BYTES = 64;

  private final Map<NameQuestion, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private int bytes;

  private record Entry(NameAnswer answer, long until) {
    int size() {
      return ENTRY_BYTES
          + switch (answer) {
            case NameAnswer.Addresses addresses -> ADDRESS_BYTES * addresses.addresses().size();
            case NameAnswer.Records records -> records.message().size();
            case NameAnswer.Bogus bogus -> 2 * bogus.why().length();
            case NameAnswer.Nothing _ -> 0;
          };
    }
  }

  Optional<NameAnswer> find(NameQuestion question, long now) {
    Entry entry = entries.get(question);
    if (entry == null) {
      return Optional.empty();
    }
    long left = entry.until - now;
    if (left <= 0) {
      entries.remove(question);
      bytes -= entry.size();
      return Optional.empty();
    }
    return Optional.of(entry.answer.lasting(Duration.ofNanos(left)));
  }

  void keep(NameQuestion question, NameAnswer answer, long now) {
    if (answer.timeToLive().isZero()) {
      return;
    }
    Entry entry = new Entry(answer, now + answer.timeToLive().toNanos());
    Entry before = entries.put(question, entry);
    bytes += entry.size() - (before == null ? 0 : before.size());
    Iterator<Entry> eldest = entries.values().iterator();
    while (entries.size() > MAX_ENTRIES || bytes > MAX_BYTES) {
      bytes -= eldest.next().size();
      eldest.remove();
    }
  }

  int size() {
    return entries.size();
  }

  int bytes() {
    return bytes;
  }
}
