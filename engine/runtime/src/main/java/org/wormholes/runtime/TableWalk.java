package org.wormholes.runtime;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.wormholes.protocol.ring.Responsible;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.ring.RingPeer;
import org.wormholes.protocol.table.TableEntry;
import org.wormholes.protocol.table.TableMessage;
import org.wormholes.protocol.table.TableSpot;
import org.wormholes.protocol.wire.Bytes;

/// Goes around the ring, from one that is responsible to the next, and collects the keys of a
/// table. Each part is told by one member alone. Keys that begin alike up to a `/` are at one
/// place.
final class TableWalk {
  /// In all.
  static final int MAX_KEYS = 10_000;

  /// Pages of all members.
  static final int MAX_PAGES = 4_000;

  private static final RingId LAST = TableSpot.END.place();

  private final NetworkHost host;
  private final Bytes table;
  private final String start;
  private final List<TableMessage.Entry> entries = new ArrayList<>();
  private final CompletableFuture<List<TableMessage.Entry>> done = new CompletableFuture<>();
  private int pages;

  TableWalk(NetworkHost host, Bytes table, String start) {
    this.host = host;
    this.table = table;
    this.start = start;
  }

  CompletionStage<List<TableMessage.Entry>> keys() {
    if (start.indexOf('/') > 0) {
      RingId place = TableEntry.place(table, start);
      Bytes first = TableSpot.START.hash();
      member(new TableSpot(place, first), place);
    } else {
      member(TableSpot.START, LAST);
    }
    return done;
  }

  /// What stands behind a spot, up to a place, from whoever is responsible for it.
  private void member(TableSpot after, RingId end) {
    host.ring()
        .lookup(after.place())
        .whenComplete((found, failure) -> {
          if (failure != null) {
            done.completeExceptionally(failure);
          } else {
            List<RingPeer> keepers = keepers(found);
            RingId owner = keepers.getFirst().id();
            boolean last = owner.compareTo(after.place()) < 0 || owner.compareTo(end) >= 0;
            page(keepers, 0, after, last ? end : owner, end);
          }
        });
  }

  private static List<RingPeer> keepers(Responsible found) {
    List<RingPeer> keepers = new ArrayList<>(found.replicas());
    keepers.addFirst(found.owner());
    return keepers;
  }

  private void page(List<RingPeer> keepers, int turn, TableSpot after, RingId until, RingId end) {
    if (turn == Math.min(3, keepers.size()) || ++pages > MAX_PAGES) {
      done.completeExceptionally(
          new IOException(
              "a part of the ring of network %s does not answer".formatted(host.rules().name())));
      return;
    }
    host.tables()
        .browse(keepers.get(turn), table, after, until)
        .whenComplete((page, failure) -> {
          if (failure != null) {
            page(keepers, turn + 1, after, until, end);
          } else {
            take(page);
            goOn(page.next().filter(next -> next.compareTo(after) > 0), keepers, turn, until, end);
          }
        });
  }

  private void goOn(
      Optional<TableSpot> next, List<RingPeer> keepers, int turn, RingId until, RingId end) {
    if (entries.size() >= MAX_KEYS || (next.isEmpty() && until.equals(end))) {
      done.complete(entries.stream().limit(MAX_KEYS).toList());
    } else if (next.isPresent()) {
      page(keepers, turn, next.get(), until, end);
    } else {
      member(new TableSpot(after(until), TableSpot.START.hash()), end);
    }
  }

  private void take(TableMessage.Page page) {
    page.entries().stream()
        .filter(each -> each.table().equals(table) && each.key().startsWith(start))
        .forEach(entries::add);
  }

  /// The place behind another, which is not the last.
  private static RingId after(RingId place) {
    byte[] bytes = place.encode();
    int at = bytes.length - 1;
    while (at >= 0 && ++bytes[at] == 0) {
      at--;
    }
    return RingId.decode(bytes, 0);
  }
}
