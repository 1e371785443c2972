package org.wormholes.rules.codec;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.wormholes.rules.Network;
import org.wormholes.rules.Position;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Table;
import org.wormholes.rules.expr.ExprText;

/// The rules of one table as they go from node to node: a rule file of [RuleCodec] with one network
/// and one table in it, and nothing else. A table is named by the hash of its rules, so what a node
/// is told is what it asked for.
///
/// @param network the one that keeps it, without first contacts and other tables
/// @param sources where its clauses stand; not part of the hash, so only for people
public record TableRules(Network network, Table table, SourceMap sources) {
  /// The longest file, in bytes.
  public static final int MAX_FILE = 64 << 10;

  private static final byte[] LABEL = "wormholes/table/v1\n".getBytes(StandardCharsets.UTF_8);
  private static final String PREFIX = "wt1-";
  private static final String RULESET = "table";

  public TableRules {
    network = network.withBootstraps(List.of()).withTables(List.of(table));
  }

  /// Those of a table in a ruleset.
  public static TableRules of(Network network, Table table, SourceMap sources) {
    String path = RulePath.table(network.name(), table.name());
    Map<String, Position> own = new LinkedHashMap<>();
    sources
        .positions()
        .forEach((at, position) -> {
          if (at.equals(path) || at.startsWith(path + "/")) {
            own.put(at, position);
          }
        });
    return new TableRules(network, table, new SourceMap(own));
  }

  /// What a file holds whose sender is not to be trusted.
  public static TableRules decode(byte[] file) throws RuleFormatException {
    if (file.length > MAX_FILE) {
      throw new RuleFormatException(
          "the rules of a table must have at most %d bytes, were %d"
              .formatted(MAX_FILE, file.length));
    }
    RuleFile read = RuleCodec.decode(file);
    List<Network> networks = read.ruleset().networks();
    if (networks.size() != 1 || networks.getFirst().tables().size() != 1) {
      throw new RuleFormatException("the rules of a table must have one network and one table");
    }
    Network network = networks.getFirst();
    TableRules rules = new TableRules(network, network.tables().getFirst(), read.sources());
    if (!rules.ruleset().equals(read.ruleset())) {
      throw new RuleFormatException("the rules of a table must have nothing else");
    }
    return rules;
  }

  /// The file, at most [#MAX_FILE] bytes.
  ///
  /// @throws IllegalArgumentException where it would be longer, even without sources
  public byte[] encode() {
    byte[] file = RuleCodec.encode(ruleset(), sources);
    if (file.length > MAX_FILE) {
      file = RuleCodec.encode(ruleset(), SourceMap.EMPTY);
    }
    if (file.length > MAX_FILE) {
      throw new IllegalArgumentException(
          "the rules of table `%s` take %d bytes, at most %d are allowed"
              .formatted(table.name(), file.length, MAX_FILE));
    }
    return file;
  }

  /// The 32 bytes that name the table on the wire: a hash of the network's rules, its own, and its
  /// owner.
  public byte[] idBytes() {
    byte[] body = RuleCodec.canonicalBytes(ruleset());
    byte[] all = new byte[LABEL.length + body.length];
    System.arraycopy(LABEL, 0, all, 0, LABEL.length);
    System.arraycopy(body, 0, all, LABEL.length, body.length);
    return Envelope.sha256(all, 0, all.length);
  }

  /// The same for people: `wt1-` and 64 hexadecimal digits.
  public String id() {
    return PREFIX + HexFormat.of().formatHex(idBytes());
  }

  /// What to tell who wrote what a clause refuses: where it stands, and what it says.
  ///
  /// @param clause its number, from 0
  public String refusal(int clause) {
    String path = RulePath.writeClause(network.name(), table.name(), clause);
    String place = sources.position(path).map(position -> position + ": ").orElse("");
    return "%sthe write does not meet `%s`"
        .formatted(place, ExprText.of(table.write().get(clause)));
  }

  private Ruleset ruleset() {
    return new Ruleset(RULESET, "1", List.of(network), List.of(), List.of(), List.of());
  }
}
