package org.wormholes.protocol.table;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.wire.Bytes;

/// What a member keeps of tables, to look at. What it takes goes through [TableKeeper.Output.Take].
public interface TableShelf {
  /// The newest version of a key that is kept, whether it has expired or not.
  Optional<TableRecord> find(Bytes table, String key) throws IOException;

  /// The records behind a spot, in order.
  ///
  /// @param most how many at most
  List<TableRecord> page(TableSpot after, int most) throws IOException;

  /// How many writes of the author were taken for a place since then.
  int writes(RingId place, NodeId author, Instant since) throws IOException;
}
