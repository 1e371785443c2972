package org.wormholes.protocol.table;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.ring.RingPeer;
import org.wormholes.protocol.wire.Bytes;

/// Sees to it that records are where they ought to be (`spec/protocol/tables.md`, section 7). Who
/// is responsible for a part of the ring compares it, page by page, with those who stand behind;
/// who has got a new predecessor compares with it what is its own from now on. Where two differ
/// each reads anew, from all who keep it, what it has not or has older.
final class TableRepair {
  /// From one comparison of all to the next.
  static final Duration ROUND = Duration.ofSeconds(60);

  /// After other neighbours are there.
  static final Duration SOON = Duration.ofSeconds(2);

  /// From page to page.
  static final Duration PAUSE = Duration.ofMillis(50);

  /// Records that are compared at once.
  static final int PAGE = 256;

  /// Members that a part is compared with.
  static final int MAX_COMPARED = 4;

  /// Keys that wait to be read anew.
  static final int MAX_WAITING = 4_096;

  /// Keys that are being read anew.
  static final int MAX_READING = 32;

  /// Comparisons that found a difference, and whose other side is being looked at.
  static final int MAX_BROWSING = 64;

  /// Parts that wait to be compared.
  private static final int MAX_PARTS = 64;

  private record Name(Bytes table, String key) {}

  private record Part(TableSpot after, TableSpot until, List<RingPeer> with) {}

  private record Browsing(RingPeer other, TableSpot after, TableSpot until, Instant began) {}

  private final RingPeer self;
  private final TableShelf shelf;
  private final List<TableKeeper.Output> outputs;
  private final ArrayDeque<Part> parts = new ArrayDeque<>();
  private final LinkedHashSet<Name> waiting = new LinkedHashSet<>();
  private final Set<Name> reading = new HashSet<>();
  private final Map<Long, Browsing> browsing = new LinkedHashMap<>();
  private Optional<RingPeer> predecessor = Optional.empty();
  private List<RingPeer> successors = List.of();
  private Instant nextRound = Instant.MAX;
  private Instant nextPage = Instant.MAX;
  private Instant latest = Instant.EPOCH;
  private long nonces;

  TableRepair(RingPeer self, TableShelf shelf, List<TableKeeper.Output> outputs) {
    this.self = self;
    this.shelf = shelf;
    this.outputs = outputs;
  }

  Instant deadline() {
    return nextPage.isBefore(nextRound) ? nextPage : nextRound;
  }

  void neighbours(TableKeeper.Input.Neighbours now, Instant at) {
    latest = at;
    Optional<RingPeer> before = predecessor;
    predecessor = now.predecessor();
    successors = now.successors();
    if (!now.member()) {
      parts.clear();
      nextRound = Instant.MAX;
      nextPage = Instant.MAX;
      return;
    }
    if (predecessor.isPresent() && !predecessor.equals(before)) {
      RingPeer fresh = predecessor.get();
      RingId from = before.map(RingPeer::id).orElse(self.id());
      if (fresh.id().between(from, self.id())) {
        add(from, fresh.id(), List.of(fresh));
      }
    }
    Instant soon = at.plus(SOON);
    nextRound = soon.isBefore(nextRound) ? soon : nextRound;
    nextPage = parts.isEmpty() ? nextPage : at;
  }

  /// A part of the ring is to be compared, in two where it goes over the end.
  private void add(RingId after, RingId until, List<RingPeer> with) {
    if (with.isEmpty() || parts.size() >= MAX_PARTS) {
      return;
    }
    if (after.compareTo(until) < 0) {
      parts.add(new Part(TableSpot.after(after), TableSpot.after(until), with));
    } else {
      parts.add(new Part(TableSpot.after(after), TableSpot.END, with));
      parts.add(new Part(TableSpot.START, TableSpot.after(until), with));
    }
  }

  void deadlineReached(Instant now) throws IOException {
    latest = now;
    browsing.values().removeIf(each -> each.began().plus(ROUND).isBefore(now));
    if (!nextRound.isAfter(now)) {
      nextRound = now.plus(ROUND);
      add(
          predecessor.map(RingPeer::id).orElse(self.id()),
          self.id(),
          successors.stream().limit(MAX_COMPARED).toList());
    }
    Part part = parts.poll();
    if (part != null) {
      compare(part);
    }
    nextPage = parts.isEmpty() ? Instant.MAX : now.plus(PAUSE);
  }

  private void compare(Part part) throws IOException {
    List<TableRecord> page = within(part.after(), part.until(), PAGE);
    boolean last = page.size() < PAGE;
    TableSpot until = last ? part.until() : TableSpot.of(page.getLast());
    Bytes digest = digest(page);
    for (RingPeer each : part.with()) {
      send(each, new TableMessage.Compare(part.after(), until, digest));
    }
    if (!last) {
      parts.addFirst(new Part(until, part.until(), part.with()));
    }
  }

  private List<TableRecord> within(TableSpot after, TableSpot until, int most) throws IOException {
    return shelf.page(after, most).stream()
        .filter(each -> TableSpot.of(each).compareTo(until) <= 0)
        .filter(each -> each.entry().expires().isAfter(latest))
        .toList();
  }

  private static Bytes digest(List<TableRecord> records) {
    byte[][] hashes = new byte[records.size() + 1][];
    hashes[0] = Labels.TABLE_PART;
    for (int i = 0; i < records.size(); i++) {
      hashes[i + 1] = records.get(i).hash().toArray();
    }
    return Bytes.of(Hash.sha256(hashes));
  }

  /// Another member says what it keeps.
  void compare(RingPeer other, TableMessage.Compare said) throws IOException {
    if (said.after().compareTo(said.until()) >= 0
        || browsing.size() >= MAX_BROWSING
        || digest(within(said.after(), said.until(), 2 * PAGE)).equals(said.digest())) {
      return;
    }
    browse(other, said.after(), said.until());
  }

  private void browse(RingPeer other, TableSpot after, TableSpot until) {
    browsing.put(nonces, new Browsing(other, after, until, latest));
    send(other, new TableMessage.Browse(TableMessage.ALL, nonces, after, until.place()));
    nonces++;
  }

  /// A page of what another member keeps.
  ///
  /// @param knows whether the rules of a table are known
  void page(RingPeer from, TableMessage.Page page, Predicate<Bytes> knows) throws IOException {
    Browsing asked = browsing.get(page.nonce());
    if (asked == null || !asked.other().equals(from)) {
      return;
    }
    browsing.remove(page.nonce());
    Map<Name, TableMessage.Entry> theirs = new HashMap<>();
    for (TableMessage.Entry each : page.entries()) {
      theirs.put(new Name(each.table(), each.key()), each);
      if (each.expires() <= latest.getEpochSecond()) {
        continue;
      }
      Optional<TableRecord> mine = shelf.find(each.table(), each.key());
      if (mine.map(each::isNewerThan).orElse(true) && knows.test(each.table())) {
        add(each.table(), each.key());
      }
    }
    TableSpot until = page.next().orElse(asked.until());
    for (TableRecord each : within(asked.after(), until, 2 * PAGE)) {
      TableMessage.Entry entry = theirs.get(new Name(each.entry().table(), each.entry().key()));
      if (entry == null || isOlder(entry, each)) {
        send(from, new TableMessage.Hint(each.entry().table(), each.entry().key()));
      }
    }
    page.next()
        .filter(next -> next.compareTo(asked.after()) > 0 && next.compareTo(asked.until()) < 0)
        .ifPresent(next -> browse(from, next, asked.until()));
  }

  private static boolean isOlder(TableMessage.Entry entry, TableRecord mine) {
    return !entry.hash().equals(mine.hash()) && !entry.isNewerThan(mine);
  }

  /// A key is to be read anew.
  void add(Bytes table, String key) {
    Name name = new Name(table, key);
    if (waiting.size() < MAX_WAITING && !reading.contains(name)) {
      waiting.add(name);
      next();
    }
  }

  /// A key was read anew.
  void ended(Bytes table, String key) {
    reading.remove(new Name(table, key));
    next();
  }

  private void next() {
    while (reading.size() < MAX_READING && !waiting.isEmpty()) {
      Name name = waiting.removeFirst();
      reading.add(name);
      outputs.add(new TableKeeper.Output.Repair(name.table(), name.key()));
    }
  }

  private void send(RingPeer to, TableMessage message) {
    if (!to.equals(self)) {
      outputs.add(new TableKeeper.Output.Send(to, message));
    }
  }
}
