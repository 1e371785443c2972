package org.wormholes.cli;

import java.util.List;
import org.wormholes.runtime.control.TableApi;
import org.wormholes.runtime.control.TableKeyView;
import org.wormholes.runtime.control.TableRecordView;
import org.wormholes.runtime.control.TableView;

/// Tables and their records, for people.
final class TableText {
  private static final int MAX_KEY = 120;
  private static final int MAX_LINE = 4_096;

  private TableText() {}

  static List<String> tables(TableApi.TableList list) {
    if (list.tables().isEmpty()) {
      return List.of("none: a table stands in a network of a ruleset that is applied");
    }
    Columns columns = new Columns("");
    columns.row("TABLE", "NETWORK", "KEPT BY", "QUORUM", "ID");
    for (TableView each : list.tables()) {
      columns.row(
          Clean.line(each.name(), 64),
          Clean.line(each.network(), 64),
          String.valueOf(each.replicas()),
          String.valueOf(each.quorum()),
          each.id());
    }
    return columns.lines();
  }

  static List<String> written(TableRecordView record) {
    return List.of(
        "%s is written, version %d".formatted(Clean.line(record.key(), MAX_KEY), record.version()));
  }

  static List<String> deleted(TableRecordView record) {
    return List.of("%s is deleted".formatted(Clean.line(record.key(), MAX_KEY)));
  }

  static List<String> value(TableRecordView record) {
    if (record.version() == 0) {
      return List.of("there is nothing at " + Clean.line(record.key(), MAX_KEY));
    }
    return record
        .text()
        .map(text -> text.lines().map(line -> Clean.line(line, MAX_LINE)).toList())
        .orElseGet(() -> List.of(record.value().orElse("") + " (Base64)"));
  }

  static List<String> keys(TableApi.KeyList list) {
    if (list.keys().isEmpty()) {
      return List.of("none");
    }
    Columns columns = new Columns("");
    columns.row("KEY", "VERSION", "EXPIRES");
    for (TableKeyView each : list.keys()) {
      columns.row(
          Clean.line(each.key(), MAX_KEY),
          String.valueOf(each.version()),
          each.expires().toString());
    }
    return columns.lines();
  }
}
