package org.wormholes.runtime;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.table.TableEntry;
import org.wormholes.protocol.table.TableRecord;
import org.wormholes.protocol.table.TableTerms;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.Table;
import org.wormholes.rules.codec.TableRules;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.write.WriteFacts;
import org.wormholes.rules.write.WriteRule;

/// The rules of a table as those need them who keep it or use it.
final class RuleTerms implements TableTerms {
  private static final String[] PERIODS = {"minute", "hour", "day", "week"};

  private final TableRules rules;
  private final Table table;
  private final Bytes name;
  private final WriteRule write;
  private final boolean counts;

  /// @param name the hash of `rules`
  RuleTerms(Bytes name, TableRules rules) {
    this.name = name;
    this.rules = rules;
    this.table = rules.table();
    this.write = WriteRule.compile(table);
    this.counts = table.write().stream().anyMatch(clause -> clause.asksFor(Fact.WRITES));
  }

  TableRules rules() {
    return rules;
  }

  @Override
  public Bytes table() {
    return name;
  }

  @Override
  public int replicas() {
    return table.replicas();
  }

  @Override
  public int quorum() {
    return table.quorum();
  }

  @Override
  public Duration life() {
    return table.expires();
  }

  @Override
  public int maxKey() {
    return table.limits().key();
  }

  @Override
  public int maxValue() {
    return table.limits().value();
  }

  @Override
  public OptionalInt refusedBy(
      TableRecord record, Optional<TableRecord> before, ToIntFunction<String> writes) {
    TableEntry entry = record.entry();
    long made = entry.made().getEpochSecond();
    WriteFacts facts =
        WriteFacts.of(entry.key(), entry.value().toArray())
            .ownedBy(table.owner())
            .version(entry.version())
            .at(made, (double) (entry.expires().getEpochSecond() - made));
    if (entry.deleted()) {
      facts.deleting();
    }
    record.author().map(NodeId::address).ifPresent(facts::by);
    before
        .filter(each -> !each.entry().deleted())
        .ifPresent(each ->
            facts.replacing(
                each.entry().value().toArray(),
                each.author().map(NodeId::address).orElse(""),
                (double) (made - each.entry().made().getEpochSecond())));
    if (counts) {
      Map<String, Integer> known = new HashMap<>();
      for (String period : PERIODS) {
        known.put(period, writes.applyAsInt(period));
      }
      facts.writes(known);
    }
    return write.refusedBy(facts);
  }
}
