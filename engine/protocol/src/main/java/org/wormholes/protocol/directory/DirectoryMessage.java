package org.wormholes.protocol.directory;

import java.util.ArrayList;
import java.util.List;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// What two directories say to each other, one message a DIRECTORY frame
/// (`spec/protocol/directory.md`, section 3).
sealed interface DirectoryMessage {
  /// The longest message.
  int MAX_BYTES = 16_000;

  /// Buckets that all nodes are spread over, by the first byte of their ids.
  int BUCKETS = 256;

  /// Nodes kept in one bucket, so that a bucket fits a message.
  int MAX_IN_BUCKET = 256;

  /// Ids asked for at a time.
  int MAX_WANTED = 128;

  int ENTRY_BYTES = NodeId.BYTES + 8;

  /// A digest of each bucket, [#BUCKETS] numbers.
  record Summary(List<Long> digests) implements DirectoryMessage {}

  /// What stands in some buckets.
  record Listing(List<Bucket> buckets) implements DirectoryMessage {}

  /// One bucket: who is in it, in ascending order.
  record Bucket(int index, List<Entry> entries) {}

  /// A node that the sender knows, and of when its descriptor is.
  record Entry(Bytes id, long published) {}

  /// Asks for the descriptors of these nodes.
  record Want(List<Bytes> ids) implements DirectoryMessage {}

  /// Descriptors as they were signed, not checked yet.
  ///
  /// @param last whether this is the end of the answer to a [Want]
  record Batch(boolean last, List<Bytes> descriptors) implements DirectoryMessage {}

  default Bytes encode() {
    WireWriter out = new WireWriter(MAX_BYTES);
    switch (this) {
      case Summary(List<Long> digests) -> {
        out.u8(1);
        digests.forEach(out::i64);
      }
      case Listing(List<Bucket> buckets) -> {
        out.u8(2).u16(buckets.size());
        for (Bucket bucket : buckets) {
          out.u8(bucket.index()).u16(bucket.entries().size());
          bucket.entries().forEach(entry -> out.bytes(entry.id()).i64(entry.published()));
        }
      }
      case Want(List<Bytes> ids) -> {
        out.u8(3).u16(ids.size());
        ids.forEach(out::bytes);
      }
      case Batch(boolean last, List<Bytes> descriptors) -> {
        out.u8(4).u8(last ? 1 : 0).u16(descriptors.size());
        descriptors.forEach(each -> out.u16(each.size()).bytes(each));
      }
    }
    return Bytes.of(out.toArray());
  }

  static DirectoryMessage decode(Bytes message) throws WireException {
    if (message.size() > MAX_BYTES) {
      throw new WireException("directory message of " + message.size() + " bytes");
    }
    WireReader in = new WireReader(message.toArray());
    int type = in.u8();
    DirectoryMessage decoded =
        switch (type) {
          case 1 -> summary(in);
          case 2 -> listing(in);
          case 3 -> want(in);
          case 4 -> batch(in);
          default -> throw new WireException("unknown directory message " + type);
        };
    in.end();
    return decoded;
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
      buckets.add(new Bucket(index, entries(in, index)));
    }
    return new Listing(buckets);
  }

  private static List<Entry> entries(WireReader in, int bucket) throws WireException {
    int count = in.u16();
    if (count > MAX_IN_BUCKET) {
      throw new WireException("bucket of " + count + " nodes");
    }
    List<Entry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Bytes id = Bytes.of(in.bytes(NodeId.BYTES));
      if (id.at(0) != bucket) {
        throw new WireException("node in the wrong bucket");
      }
      if (i > 0 && entries.get(i - 1).id().compareTo(id) >= 0) {
        throw new WireException("nodes of a bucket out of order");
      }
      entries.add(new Entry(id, in.i64()));
    }
    return entries;
  }

  private static Want want(WireReader in) throws WireException {
    int count = in.u16();
    if (count < 1 || count > MAX_WANTED) {
      throw new WireException("wants " + count + " descriptors");
    }
    List<Bytes> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ids.add(Bytes.of(in.bytes(NodeId.BYTES)));
    }
    return new Want(ids);
  }

  private static Batch batch(WireReader in) throws WireException {
    int last = in.u8();
    if (last > 1) {
      throw new WireException("mark of the last batch must be 0 or 1, was " + last);
    }
    int count = in.u16();
    List<Bytes> descriptors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length = in.u16();
      if (length > SignedDescriptor.MAX_BYTES) {
        throw new WireException("descriptor of " + length + " bytes");
      }
      descriptors.add(Bytes.of(in.bytes(length)));
    }
    return new Batch(last == 1, descriptors);
  }
}
