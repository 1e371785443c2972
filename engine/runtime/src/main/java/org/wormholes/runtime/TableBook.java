package org.wormholes.runtime;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.protocol.table.TableMessage;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.Network;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Table;
import org.wormholes.rules.codec.RuleFormatException;
import org.wormholes.rules.codec.TableRules;

/// The rules of the tables of one network that a node knows: those of its own rulesets, and those
/// of tables that it keeps for others, compiled. Thread-safe.
final class TableBook {
  /// Rules of others that are held compiled; more are read again when they are needed.
  static final int MAX_OTHERS = 256;

  private final Bytes network;
  private final Map<String, RuleTerms> own = new LinkedHashMap<>();
  private final Map<Bytes, RuleTerms> others =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Bytes, RuleTerms> eldest) {
          return size() > MAX_OTHERS;
        }
      };

  TableBook(Bytes network) {
    this.network = network;
  }

  /// Tables of a ruleset of this node, by name from now on.
  synchronized void know(Network rules, SourceMap sources) {
    for (Table table : rules.tables()) {
      TableRules each = TableRules.of(rules, table, sources);
      own.put(table.name(), new RuleTerms(Bytes.of(each.idBytes()), each));
    }
  }

  /// A table of this node's rulesets, by its name or its id.
  synchronized Optional<RuleTerms> named(String text) {
    RuleTerms byName = own.get(text);
    return byName != null
        ? Optional.of(byName)
        : own.values().stream().filter(each -> each.rules().id().equals(text)).findFirst();
  }

  synchronized List<RuleTerms> own() {
    return List.copyOf(own.values());
  }

  synchronized Optional<RuleTerms> find(Bytes table) {
    for (RuleTerms each : own.values()) {
      if (each.table().equals(table)) {
        return Optional.of(each);
      }
    }
    return Optional.ofNullable(others.get(table));
  }

  /// Takes what came as the rules of a table, if that is what it is.
  ///
  /// @return whether it is
  boolean learn(Bytes table, Bytes file) {
    try {
      TableRules rules = TableRules.decode(file.toArray());
      if (!Bytes.of(rules.idBytes()).equals(table)
          || !Bytes.of(rules.network().idBytes()).equals(network)) {
        return false;
      }
      RuleTerms terms = new RuleTerms(table, rules);
      synchronized (this) {
        others.put(table, terms);
      }
      return true;
    } catch (RuleFormatException e) {
      return false;
    }
  }

  /// The rules of a table as they go to others.
  Optional<TableMessage> file(Bytes table) {
    return find(table).map(each -> new TableMessage.Rules(table, Bytes.of(each.rules().encode())));
  }
}
