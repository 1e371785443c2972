package org.wormholes.protocol.table;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// A version of a key as it is kept and passed on: an entry and, where somebody signed it, its
/// author, whose signature was checked. Whether the table's rules let it in is another question
/// (`spec/protocol/tables.md`, section 3).
public final class TableRecord {
  /// The longest encoding, in bytes.
  public static final int MAX_BYTES =
      1
          + 2 * TableEntry.HASH_BYTES
          + 24
          + 1
          + TableEntry.MAX_KEY
          + 2
          + TableEntry.MAX_VALUE
          + NodeId.BYTES
          + NodeKey.SIGNATURE_BYTES;

  private static final int DELETED = 1;
  private static final int SIGNED = 2;

  private final TableEntry entry;
  private final @Nullable NodeId author;
  private final Bytes encoded;
  private final Bytes hash;

  private TableRecord(TableEntry entry, @Nullable NodeId author, Bytes encoded) {
    this.entry = entry;
    this.author = author;
    this.encoded = encoded;
    this.hash = Bytes.of(Hash.sha256(encoded.toArray()));
  }

  /// An entry that nobody answers for.
  public static TableRecord unsigned(TableEntry entry) {
    return new TableRecord(entry, null, Bytes.of(body(entry, null)));
  }

  /// Signs an entry.
  public static TableRecord sign(TableEntry entry, NodeKey key) {
    byte[] body = body(entry, key.id());
    WireWriter out = new WireWriter(MAX_BYTES).bytes(body).bytes(key.sign(labelled(body)));
    return new TableRecord(entry, key.id(), Bytes.of(out.toArray()));
  }

  /// Reads a record and checks its signature. Costs about 60 microseconds where there is one.
  ///
  /// @throws WireException when a byte is not as the format says, or the signature is not the
  ///   author's
  public static TableRecord decode(Bytes encoded) throws WireException {
    TableRecord read = decodeKept(encoded);
    if (read.author != null) {
      byte[] all = encoded.toArray();
      int body = all.length - NodeKey.SIGNATURE_BYTES;
      byte[] signature = Arrays.copyOfRange(all, body, all.length);
      if (!read.author.verify(labelled(Arrays.copyOf(all, body)), signature)) {
        throw new WireException("record with a wrong signature");
      }
    }
    return read;
  }

  /// Reads a record whose signature was checked before it was kept.
  public static TableRecord decodeKept(Bytes encoded) throws WireException {
    if (encoded.size() > MAX_BYTES) {
      throw new WireException("record of " + encoded.size() + " bytes");
    }
    WireReader in = new WireReader(encoded.toArray());
    try {
      int flags = in.u8();
      if (flags > DELETED + SIGNED) {
        throw new WireException("unknown flags of a record: " + flags);
      }
      Bytes table = Bytes.of(in.bytes(TableEntry.HASH_BYTES));
      long version = in.i64();
      Bytes previous = Bytes.of(in.bytes(TableEntry.HASH_BYTES));
      Instant made = Instant.ofEpochSecond(in.i64());
      Instant expires = Instant.ofEpochSecond(in.i64());
      String key = in.text(in.u8());
      Bytes value = Bytes.of(in.bytes(in.u16()));
      NodeId author = null;
      if ((flags & SIGNED) != 0) {
        author = NodeId.decode(in.bytes(NodeId.BYTES), 0);
        in.bytes(NodeKey.SIGNATURE_BYTES);
      }
      in.end();
      boolean deleted = (flags & DELETED) != 0;
      TableEntry entry =
          new TableEntry(table, key, version, previous, deleted, value, made, expires);
      return new TableRecord(entry, author, encoded);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new WireException("record: " + e.getMessage(), e);
    }
  }

  public TableEntry entry() {
    return entry;
  }

  /// Who signed it.
  public Optional<NodeId> author() {
    return Optional.ofNullable(author);
  }

  /// The bytes as they are passed on.
  public Bytes encoded() {
    return encoded;
  }

  /// The SHA-256 of its encoding, which the next version names.
  public Bytes hash() {
    return hash;
  }

  /// Whether it follows the other one without a gap: what compare-and-swap asks.
  ///
  /// @param before what is kept now, or null
  public boolean follows(@Nullable TableRecord before) {
    return before == null
        ? entry.version() == 1
        : entry.version() == before.entry.version() + 1 && entry.previous().equals(before.hash);
  }

  /// Whether nodes that have both keep this one. Total: of two that differ one is newer, so nodes
  /// that were apart come to the same.
  public boolean isNewerThan(TableRecord other) {
    // tables.md 3: "The higher version is the newer one, and of equal versions the larger hash."
    int order = Long.compare(entry.version(), other.entry.version());
    return order != 0 ? order > 0 : hash.compareTo(other.hash) > 0;
  }

  private static byte[] body(TableEntry entry, @Nullable NodeId author) {
    byte[] key = entry.key().getBytes(StandardCharsets.UTF_8);
    WireWriter out =
        new WireWriter(MAX_BYTES)
            .u8((entry.deleted() ? DELETED : 0) + (author == null ? 0 : SIGNED))
            .bytes(entry.table())
            .i64(entry.version())
            .bytes(entry.previous())
            .i64(entry.made().getEpochSecond())
            .i64(entry.expires().getEpochSecond())
            .u8(key.length)
            .bytes(key)
            .u16(entry.value().size())
            .bytes(entry.value());
    if (author != null) {
      out.bytes(author.key());
    }
    return out.toArray();
  }

  private static byte[] labelled(byte[] body) {
    return new WireWriter(Labels.TABLE_RECORD.length + body.length)
        .bytes(Labels.TABLE_RECORD)
        .bytes(body)
        .toArray();
  }

  /// Equal when the bytes are.
  @Override
  public boolean equals(Object other) {
    return other instanceof TableRecord record && encoded.equals(record.encoded);
  }

  @Override
  public int hashCode() {
    return encoded.hashCode();
  }

  /// Redacted: who writes what stays out of logs.
  @Override
  public String toString() {
    return "TableRecord[" + entry + "]";
  }
}
