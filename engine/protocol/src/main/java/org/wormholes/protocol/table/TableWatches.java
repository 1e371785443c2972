package org.wormholes.protocol.table;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Who wants to be told when something is taken.
final class TableWatches {
  /// In all.
  static final int MAX_WATCHES = 4_096;

  /// Over one link.
  static final int MAX_OF_ONE = 64;

  record Told(long way, TableMessage.Changed changed) {}

  private record Watching(TableMessage.Watch watch, Instant until) {}

  private final Map<Long, Map<Long, Watching>> ways = new HashMap<>();
  private int count;

  /// A watch with the same nonce over the same way takes the place of the one before.
  void add(long way, TableMessage.Watch watch, Instant now) {
    Map<Long, Watching> own = ways.computeIfAbsent(way, each -> new HashMap<>());
    if (own.remove(watch.nonce()) != null) {
      count--;
    }
    if (watch.seconds() > 0 && own.size() < MAX_OF_ONE && count < MAX_WATCHES) {
      own.put(watch.nonce(), new Watching(watch, now.plusSeconds(watch.seconds())));
      count++;
    }
    if (own.isEmpty()) {
      ways.remove(way);
    }
  }

  void closed(long way) {
    Map<Long, Watching> own = ways.remove(way);
    count -= own == null ? 0 : own.size();
  }

  void forget(Instant now) {
    for (long way : List.copyOf(ways.keySet())) {
      Map<Long, Watching> own = ways.getOrDefault(way, Map.of());
      int before = own.size();
      own.values().removeIf(each -> !each.until().isAfter(now));
      count -= before - own.size();
      if (own.isEmpty()) {
        ways.remove(way);
      }
    }
  }

  int size() {
    return count;
  }

  List<Told> told(TableRecord record, Instant now) {
    List<Told> told = new ArrayList<>();
    ways.forEach((way, own) ->
        own.values().stream()
            .filter(each -> each.until().isAfter(now))
            .filter(each -> meets(each.watch(), record.entry()))
            .forEach(each ->
                told.add(new Told(way, new TableMessage.Changed(each.watch().nonce(), record)))));
    return told;
  }

  private static boolean meets(TableMessage.Watch watch, TableEntry entry) {
    String start = watch.start();
    return watch.table().equals(entry.table())
        && (start.endsWith("/") ? entry.key().startsWith(start) : entry.key().equals(start));
  }
}
