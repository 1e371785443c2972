package org.wormholes.rules.codec;

import static org.wormholes.rules.codec.NodeSerializer.register;

import com.esotericsoftware.kryo.Kryo;
import java.time.Duration;
import java.util.List;
import org.wormholes.rules.Table;
import org.wormholes.rules.expr.Expr;

/// The bytes of tables: rules.md 3.
final class TableNodes {
  private TableNodes() {}

  static void registerAll(Kryo kryo) {
    register(kryo, Kinds.TABLE, Table.class, TableNodes::write, TableNodes::read);
  }

  private static void write(RuleOutput out, Table table) {
    out.head(Kinds.TABLE, table.replicas(), table.quorum());
    out.writeInt(table.limits().key());
    out.writeInt(table.limits().value());
    out.text(table.name());
    out.text(table.owner());
    out.list(table.write());
    out.duration(table.expires());
  }

  private static Table read(RuleInput in) {
    in.isOf(Formats.FOURTH);
    int replicas = in.detail();
    int quorum = in.count();
    int key = in.readInt();
    int value = in.readInt();
    String name = in.text();
    String owner = in.text();
    List<Expr> write = in.list(Expr.class);
    Duration expires = in.duration();
    return new Table(name, owner, write, replicas, quorum, expires, new Table.Limits(key, value));
  }
}
