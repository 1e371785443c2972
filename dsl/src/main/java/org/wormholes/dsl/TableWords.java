package org.wormholes.dsl;

import static org.wormholes.dsl.Vocabulary.say;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.wormholes.rules.Table;
import org.wormholes.rules.expr.Scope;

/// The words for tables that a network keeps.
final class TableWords {
  private TableWords() {}

  static List<Word> declared() {
    return List.of(
        say(Room.NETWORK, "table")
            .takes(Accepts.NAME, "name", "the name", "What the table is called.")
            .named(
                Accepts.NODE,
                "owner",
                "the owner",
                "nobody",
                "The node that the rules call `owner`.")
            .opens(Room.TABLE, true)
            .repeats()
            .doc(
                "Describes a table that the nodes of the network keep together. It is named by the"
                    + " hash of its rules and its owner, so nobody, the owner included, can change"
                    + " what may be written without making another table.")
            .example(
                """
                table "guestbook" do
                  write { signed? && value.bytesize <= 1.kib && writes("hour") < 10 }
                end\
                """)
            .means(TableWords::table),
        say(Room.TABLE, "write")
            .asks(Scope.WRITE, false)
            .repeats()
            .doc(
                "Lets a write through that meets the condition. Every node that keeps the key asks"
                    + " it, of deletions too. Said more than once, all of it must hold; a refusal"
                    + " names the part that does not.")
            .example("write { signed? && value.bytesize <= 1.kib }")
            .means(TableWords::write),
        say(Room.TABLE, "replicas")
            .takes(
                Accepts.whole(1, Table.MAX_REPLICAS, ""),
                "count",
                "the number",
                "How many nodes keep each key; 5 where nothing is said.")
            .named(
                Accepts.whole(1, Table.MAX_REPLICAS, ""),
                "quorum",
                "the quorum",
                "one more than half",
                "How many of them must have taken a write for it to be done.")
            .doc("Says how many nodes keep each key of the table.")
            .example("replicas 7, quorum: 5")
            .means(TableWords::replicas),
        say(Room.TABLE, "expires")
            .takes(
                Accepts.duration(Table.MIN_EXPIRES, Table.MAX_EXPIRES, "30.days"),
                "after",
                "the time",
                "How long; 7 days where nothing is said.")
            .doc("Says how long a value is kept at most, unless it is written again.")
            .example("expires 30.days")
            .means(TableWords::expires),
        say(Room.TABLE, "limit")
            .named(
                Accepts.size(1, Table.Limits.MAX_KEY, "64.bytes"),
                "key",
                "the size of a key",
                "255 bytes",
                "The largest key.")
            .named(
                Accepts.size(0, Table.Limits.MAX_VALUE, "1.kib"),
                "value",
                "the size of a value",
                "4 KiB",
                "The largest value.")
            .doc("Bounds what a node must keep for each key.")
            .example("limit key: 64.bytes, value: 1.kib")
            .means(TableWords::limit));
  }

  private static Value table(Builder builder, RoomFrame frame, Call call) {
    Draft.Tabled table =
        new Draft.Tabled(call.positionOf("name"), call.text("name", ""), call.text("owner", ""));
    frame.draft(Draft.Net.class).tables.add(table);
    builder.run(call, Room.TABLE, table);
    return Value.Nothing.VALUE;
  }

  private static Value write(Builder builder, RoomFrame frame, Call call) {
    Draft.Tabled table = frame.draft(Draft.Tabled.class);
    builder.clauses(
        call,
        (clause, position) -> {
          table.write.add(clause);
          table.writePositions.add(position);
        });
    return Value.Nothing.VALUE;
  }

  private static Value replicas(Builder builder, RoomFrame frame, Call call) {
    Draft.Tabled table = frame.draft(Draft.Tabled.class);
    table.replicas = call.number("count", table.replicas);
    table.quorum = call.number("quorum", table.replicas / 2 + 1);
    if (table.quorum > table.replicas || table.quorum <= table.replicas / 2) {
      builder.report(
          Problem.error(
                  call.positionOf("quorum"),
                  "a quorum of %d nodes can't be %d".formatted(table.replicas, table.quorum))
              .expecting(
                  "more than half of them, so that two quorums share a node: %d to %d"
                      .formatted(table.replicas / 2 + 1, table.replicas)));
    }
    return Value.Nothing.VALUE;
  }

  private static Value expires(Builder builder, RoomFrame frame, Call call) {
    Duration after = call.find("after", Duration.class).orElse(Table.DEFAULT_EXPIRES);
    Duration whole = after.truncatedTo(ChronoUnit.SECONDS);
    if (!after.equals(whole)) {
      builder.report(Problem.error(call.positionOf("after"), "a value is kept for whole seconds"));
    }
    frame.draft(Draft.Tabled.class).expires = whole;
    return Value.Nothing.VALUE;
  }

  private static Value limit(Builder builder, RoomFrame frame, Call call) {
    Draft.Tabled table = frame.draft(Draft.Tabled.class);
    table.limits =
        new Table.Limits(
            call.number("key", table.limits.key()), call.number("value", table.limits.value()));
    return Value.Nothing.VALUE;
  }
}
