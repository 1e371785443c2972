package org.wormholes.protocol.table;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// What those who use a table and those who keep it say to each other (`spec/protocol/tables.md`,
/// section 4). The link it comes over says who sent it. At most [#MAX_BYTES] long; what is longer
/// than a frame goes in parts ([TableParts]).
public sealed interface TableMessage {
  /// The longest file of rules, in bytes.
  int MAX_RULES = 64 << 10;

  /// The longest message, in bytes.
  int MAX_BYTES = 2 * TableRecord.MAX_BYTES + 64;

  /// Entries in one [Page].
  int MAX_ENTRIES = 40;

  /// The longest that a [Watch] lasts, in seconds.
  int MAX_WATCH = 600;

  /// Stands for all tables in a [Browse].
  Bytes ALL = Bytes.of(new byte[TableEntry.HASH_BYTES]);

  /// What became of a write.
  enum Outcome {
    /// It is on disk.
    TAKEN(0),
    /// It does not follow what is kept.
    STALE(1),
    /// It does not meet a clause.
    CLAUSE(2),
    /// It is longer than the table allows, is kept longer, or expires before what it replaces.
    LIMITS(3),
    /// It was made more than two minutes from now by the clock of the keeper, or before what it
    /// replaces.
    CLOCK(4),
    /// The keeper has no room.
    FULL(5),
    /// The keeper can't take it now.
    BUSY(6),
    /// The keeper got no rules of the table, or wrong ones.
    NO_RULES(7);

    private final int code;

    Outcome(int code) {
      this.code = code;
    }

    private static Outcome of(int code) throws WireException {
      for (Outcome each : values()) {
        if (each.code == code) {
          return each;
        }
      }
      throw new WireException("unknown outcome of a write: " + code);
    }
  }

  /// Asks for a [Fetched].
  record Fetch(Bytes table, long nonce, String key) implements TableMessage {}

  /// What is kept of a key.
  ///
  /// @param before what that has replaced, if it did so a short while ago
  record Fetched(long nonce, Optional<TableRecord> record, Optional<TableRecord> before)
      implements TableMessage {
    public Fetched {
      if (before.isPresent() && record.filter(it -> it.follows(before.get())).isEmpty()) {
        throw new IllegalArgumentException("a record that does not follow the one before");
      }
    }
  }

  /// A write; asks for a [Written].
  record Write(long nonce, TableRecord record) implements TableMessage {}

  /// @param detail the number of the clause, else 0
  record Written(long nonce, Outcome outcome, int detail) implements TableMessage {}

  /// Asks for the rules of a table.
  record AskRules(Bytes table) implements TableMessage {}

  /// @param file as the rules of a table go from node to node, at most [#MAX_RULES] bytes
  record Rules(Bytes table, Bytes file) implements TableMessage {
    public Rules {
      if (file.size() < 1 || file.size() > MAX_RULES) {
        throw new IllegalArgumentException("rules of " + file.size() + " bytes");
      }
    }
  }

  /// Others keep something newer of a key.
  record Hint(Bytes table, String key) implements TableMessage {}

  /// Asks for a [Changed] whenever something is taken.
  ///
  /// @param start a key, or with `/` at the end the beginning of keys
  /// @param seconds how long; 0 ends it
  record Watch(Bytes table, long nonce, String start, int seconds) implements TableMessage {
    public Watch {
      if (seconds < 0 || seconds > MAX_WATCH) {
        throw new IllegalArgumentException("a watch of " + seconds + " seconds");
      }
    }
  }

  record Changed(long nonce, TableRecord record) implements TableMessage {}

  /// Asks for a [Page].
  ///
  /// @param table [#ALL] for all
  /// @param after where to begin
  /// @param until the last place
  record Browse(Bytes table, long nonce, TableSpot after, RingId until) implements TableMessage {}

  /// Records, by name.
  ///
  /// @param next where the next page begins; present when there is one
  record Page(long nonce, Optional<TableSpot> next, List<Entry> entries) implements TableMessage {
    public Page {
      entries = List.copyOf(entries);
      if (entries.size() > MAX_ENTRIES) {
        throw new IllegalArgumentException("a page of " + entries.size() + " entries");
      }
    }
  }

  /// What the sender keeps behind one spot and up to another.
  ///
  /// @param digest [#digest] of them
  record Compare(TableSpot after, TableSpot until, Bytes digest) implements TableMessage {}

  /// A record, by name.
  ///
  /// @param expires seconds since 1970
  record Entry(Bytes table, String key, long version, Bytes hash, boolean deleted, long expires) {
    public static Entry of(TableRecord record) {
      TableEntry entry = record.entry();
      return new Entry(
          entry.table(),
          entry.key(),
          entry.version(),
          record.hash(),
          entry.deleted(),
          entry.expires().getEpochSecond());
    }

    public TableSpot spot() {
      return new TableSpot(TableEntry.place(table, key), hash);
    }

    /// As [TableRecord#isNewerThan].
    public boolean isNewerThan(TableRecord other) {
      int order = Long.compare(version, other.entry().version());
      return order != 0 ? order > 0 : hash.compareTo(other.hash()) > 0;
    }
  }

  default Bytes encode() {
    WireWriter out = new WireWriter(MAX_BYTES);
    switch (this) {
      case Fetch(Bytes table, long nonce, String key) ->
          key(key, out.u8(193).bytes(table).i64(nonce));
      case Fetched(long nonce, Optional<TableRecord> record, Optional<TableRecord> before) -> {
        out.u8(194).i64(nonce);
        record.ifPresent(each -> sized(each, out));
        before.ifPresent(each -> sized(each, out));
      }
      case Write(long nonce, TableRecord record) -> out.u8(195).i64(nonce).bytes(record.encoded());
      case Written(long nonce, Outcome outcome, int detail) ->
          out.u8(196).i64(nonce).u8(outcome.code).u8(detail);
      case AskRules(Bytes table) -> out.u8(197).bytes(table);
      case Rules(Bytes table, Bytes file) -> out.u8(198).bytes(table).bytes(file);
      case Hint(Bytes table, String key) -> key(key, out.u8(199).bytes(table));
      case Watch(Bytes table, long nonce, String start, int seconds) ->
          key(start, out.u8(200).bytes(table).i64(nonce).u16(seconds));
      case Changed(long nonce, TableRecord record) ->
          out.u8(201).i64(nonce).bytes(record.encoded());
      case Browse(Bytes table, long nonce, TableSpot after, RingId until) ->
          spot(after, out.u8(202).bytes(table).i64(nonce)).bytes(until.encode());
      case Page(long nonce, Optional<TableSpot> next, List<Entry> entries) -> {
        out.u8(203).i64(nonce).u8(next.isPresent() ? 1 : 0);
        next.ifPresent(spot -> spot(spot, out));
        out.u8(entries.size());
        entries.forEach(entry -> entry(entry, out));
      }
      case Compare(TableSpot after, TableSpot until, Bytes digest) ->
          spot(until, spot(after, out.u8(204))).bytes(digest);
    }
    return Bytes.of(out.toArray());
  }

  /// Reads a message and checks the signature of the record in it.
  ///
  /// @throws WireException when a byte is not as the format says
  static TableMessage decode(Bytes message) throws WireException {
    if (message.size() > MAX_BYTES) {
      throw new WireException("table message of " + message.size() + " bytes");
    }
    WireReader in = new WireReader(message.toArray());
    int type = in.u8();
    try {
      TableMessage decoded =
          switch (type) {
            case 193 -> new Fetch(hash(in), in.i64(), key(in));
            case 194 -> new Fetched(in.i64(), sized(in), sized(in));
            case 195 -> new Write(in.i64(), record(in));
            case 196 -> new Written(in.i64(), Outcome.of(in.u8()), in.u8());
            case 197 -> new AskRules(hash(in));
            case 198 -> new Rules(hash(in), Bytes.of(in.bytes(in.remaining())));
            case 199 -> new Hint(hash(in), key(in));
            case 200 -> watch(in);
            case 201 -> new Changed(in.i64(), record(in));
            case 202 -> new Browse(hash(in), in.i64(), spot(in), place(in));
            case 203 -> page(in);
            case 204 -> new Compare(spot(in), spot(in), hash(in));
            default -> throw new WireException("unknown table message " + type);
          };
      in.end();
      return decoded;
    } catch (IllegalArgumentException e) {
      throw new WireException("table message: " + e.getMessage(), e);
    }
  }

  private static void key(String key, WireWriter out) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    out.u8(bytes.length).bytes(bytes);
  }

  private static String key(WireReader in) throws WireException {
    int length = in.u8();
    if (length == 0) {
      throw new WireException("a key must have 1..255 bytes, had 0");
    }
    return in.text(length);
  }

  private static WireWriter spot(TableSpot spot, WireWriter out) {
    return out.bytes(spot.place().encode()).bytes(spot.hash());
  }

  private static TableSpot spot(WireReader in) throws WireException {
    return new TableSpot(place(in), hash(in));
  }

  private static RingId place(WireReader in) throws WireException {
    return RingId.decode(in.bytes(RingId.BYTES), 0);
  }

  private static Bytes hash(WireReader in) throws WireException {
    return Bytes.of(in.bytes(TableEntry.HASH_BYTES));
  }

  private static TableRecord record(WireReader in) throws WireException {
    return TableRecord.decode(Bytes.of(in.bytes(in.remaining())));
  }

  private static void sized(TableRecord record, WireWriter out) {
    out.u16(record.encoded().size()).bytes(record.encoded());
  }

  private static Optional<TableRecord> sized(WireReader in) throws WireException {
    return in.remaining() == 0
        ? Optional.empty()
        : Optional.of(TableRecord.decode(Bytes.of(in.bytes(in.u16()))));
  }

  private static Watch watch(WireReader in) throws WireException {
    Bytes table = hash(in);
    long nonce = in.i64();
    int seconds = in.u16();
    return new Watch(table, nonce, key(in), seconds);
  }

  private static boolean flag(WireReader in) throws WireException {
    int flag = in.u8();
    if (flag > 1) {
      throw new WireException("a flag must be 0 or 1, was " + flag);
    }
    return flag == 1;
  }

  private static Page page(WireReader in) throws WireException {
    long nonce = in.i64();
    Optional<TableSpot> next = flag(in) ? Optional.of(spot(in)) : Optional.empty();
    int count = in.u8();
    if (count > MAX_ENTRIES) {
      throw new WireException("a page of " + count + " entries");
    }
    List<Entry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      entries.add(entry(in));
    }
    return new Page(nonce, next, entries);
  }

  private static void entry(Entry entry, WireWriter out) {
    out.bytes(entry.table())
        .i64(entry.version())
        .bytes(entry.hash())
        .u8(entry.deleted() ? 1 : 0)
        .i64(entry.expires());
    key(entry.key(), out);
  }

  private static Entry entry(WireReader in) throws WireException {
    Bytes table = hash(in);
    long version = in.i64();
    Bytes hash = hash(in);
    boolean deleted = flag(in);
    long expires = in.i64();
    return new Entry(table, key(in), version, hash, deleted, expires);
  }
}
