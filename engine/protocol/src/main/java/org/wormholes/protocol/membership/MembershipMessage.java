package org.wormholes.protocol.membership;

import java.util.ArrayList;
import java.util.List;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// What members say to each other about who belongs to their network, one message a DIRECTORY frame
/// (`spec/protocol/membership.md`, section 4). No directory message begins with the same byte.
sealed interface MembershipMessage {
  /// The longest message.
  int MAX_BYTES = 16_000;

  /// Buckets that all statements are spread over, by the first byte of their ids.
  int BUCKETS = 256;

  /// Ids in one bucket of a listing; a bucket that has more lists those of the lowest ids.
  int MAX_IN_BUCKET = 512;

  /// Ids asked for at a time.
  int MAX_WANTED = 64;

  /// Statements in a message.
  int MAX_STATEMENTS = 256;

  /// Certificates from a founder's down to one's own.
  int MAX_CHAIN = Statement.Certificate.MAX_REACH + 1;

  int PRESENT = 96;
  int STATEMENTS = 97;
  int SUMMARY = 98;
  int LISTING = 99;
  int WANT = 100;

  /// The first thing said on a link of a closed network: which one it is, and what proves that the
  /// speaker belongs to it.
  record Present(Bytes network, List<Bytes> chain) implements MembershipMessage {}

  /// Statements as they were signed, not checked yet.
  ///
  /// @param last whether this is the end of the answer to a [Want]
  record Statements(boolean last, List<Bytes> statements) implements MembershipMessage {}

  /// A digest of each bucket, [#BUCKETS] numbers.
  record Summary(List<Long> digests) implements MembershipMessage {}

  /// What stands in some buckets.
  record Listing(List<Bucket> buckets) implements MembershipMessage {}

  /// One bucket: ids in ascending order.
  record Bucket(int index, List<Bytes> ids) {}

  /// Asks for these statements.
  record Want(List<Bytes> ids) implements MembershipMessage {}

  static boolean isOne(Bytes message) {
    return message.size() > 0 && message.at(0) >= PRESENT && message.at(0) <= 111;
  }

  default Bytes encode() {
    WireWriter out = new WireWriter(MAX_BYTES);
    switch (this) {
      case Present(Bytes network, List<Bytes> chain) -> {
        out.u8(PRESENT).bytes(network).u8(chain.size());
        chain.forEach(each -> out.u16(each.size()).bytes(each));
      }
      case Statements(boolean last, List<Bytes> statements) -> {
        out.u8(STATEMENTS).u8(last ? 1 : 0).u16(statements.size());
        statements.forEach(each -> out.u16(each.size()).bytes(each));
      }
      case Summary(List<Long> digests) -> {
        out.u8(SUMMARY);
        digests.forEach(out::i64);
      }
      case Listing(List<Bucket> buckets) -> {
        out.u8(LISTING).u16(buckets.size());
        for (Bucket bucket : buckets) {
          out.u8(bucket.index()).u16(bucket.ids().size());
          bucket.ids().forEach(out::bytes);
        }
      }
      case Want(List<Bytes> ids) -> {
        out.u8(WANT).u16(ids.size());
        ids.forEach(out::bytes);
      }
    }
    return Bytes.of(out.toArray());
  }

  static MembershipMessage decode(Bytes message) throws WireException {
    if (message.size() > MAX_BYTES) {
      throw new WireException("membership message of " + message.size() + " bytes");
    }
    WireReader in = new WireReader(message.toArray());
    int type = in.u8();
    MembershipMessage decoded =
        switch (type) {
          case PRESENT ->
              new Present(
                  Bytes.of(in.bytes(Charter.NETWORK_BYTES)), signed(in, in.u8(), MAX_CHAIN));
          case STATEMENTS -> statements(in);
          case SUMMARY -> summary(in);
          case LISTING -> listing(in);
          case WANT -> new Want(ids(in, MAX_WANTED));
          default -> throw new WireException("unknown membership message " + type);
        };
    in.end();
    return decoded;
  }

  private static Statements statements(WireReader in) throws WireException {
    int last = in.u8();
    if (last > 1) {
      throw new WireException("mark of the last statements must be 0 or 1, was " + last);
    }
    return new Statements(last == 1, signed(in, in.u16(), MAX_STATEMENTS));
  }

  private static List<Bytes> signed(WireReader in, int count, int most) throws WireException {
    if (count > most) {
      throw new WireException(count + " statements, expected at most " + most);
    }
    List<Bytes> signed = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = in.u16();
      if (length > SignedStatement.MAX_BYTES) {
        throw new WireException("statement of " + length + " bytes");
      }
      signed.add(Bytes.of(in.bytes(length)));
    }
    return signed;
  }

  private static Summary summary(WireReader in) throws WireException {
    List<Long> digests = new ArrayList<>(BUCKETS);
    for (int i = 0; i < BUCKETS; i++) {
      digests.add(in.i64());
    }
    return new Summary(digests);
  }

  private static Listing listing(WireReader in) throws WireException {
    int count = in.u16();
    if (count < 1 || count > BUCKETS) {
      throw new WireException("listing of " + count + " buckets");
    }
    List<Bucket> buckets = new ArrayList<>(count);
    int previous = -1;
    for (int i = 0; i < count; i++) {
      int index = in.u8();
      if (index <= previous) {
        throw new WireException("bucket " + index + " after bucket " + previous);
      }
      previous = index;
      List<Bytes> ids = ids(in, MAX_IN_BUCKET);
      for (int j = 0; j < ids.size(); j++) {
        if (ids.get(j).at(0) != index) {
          throw new WireException("statement in the wrong bucket");
        }
        if (j > 0 && ids.get(j - 1).compareTo(ids.get(j)) >= 0) {
          throw new WireException("statements of a bucket out of order");
        }
      }
      buckets.add(new Bucket(index, ids));
    }
    return new Listing(buckets);
  }

  private static List<Bytes> ids(WireReader in, int most) throws WireException {
    int count = in.u16();
    if (count > most) {
      throw new WireException(count + " statements named, expected at most " + most);
    }
    List<Bytes> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ids.add(Bytes.of(in.bytes(SignedStatement.ID_BYTES)));
    }
    return ids;
  }
}
