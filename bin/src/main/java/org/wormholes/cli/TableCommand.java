package org.wormholes.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.control.TableApi;
import org.wormholes.runtime.control.TableKeyView;
import org.wormholes.runtime.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes table`.
@Command(
    name = "table",
    mixinStandardHelpOptions = true,
    description = {
      "Tables that the nodes of a network keep together, to be written to as their rules say."
    },
    subcommands = {
      TableCommand.Put.class,
      TableCommand.Get.class,
      TableCommand.Delete.class,
      TableCommand.ListKeys.class,
      TableCommand.Export.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:shown", "4:no engine answers"})
final class TableCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Override
  public Integer call() {
    reporting.print(engine.session().tables(), TableText::tables);
    return ExitCode.OK;
  }

  /// `wormholes table put`.
  @Command(
      name = "put",
      mixinStandardHelpOptions = true,
      description = {
        "Write a value, signed by this node.",
        "It is done when a quorum of those who keep the key has it on disk."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:written",
        "4:no engine answers",
        "6:refused: the clause and its place are told, or another version is there"
      })
  static final class Put implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Parameters(index = "0", paramLabel = "TABLE", description = "Its name or its id.")
    private String table;

    @Parameters(index = "1", paramLabel = "KEY", description = "Up to 255 bytes.")
    private String key;

    @Parameters(
        index = "2",
        arity = "0..1",
        paramLabel = "VALUE",
        description = "A text; without it, or with --file, the value is read.")
    private @Nullable String value;

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description = "Read the value from a file; - is the standard input.")
    private @Nullable Path file;

    @Option(
        names = "--if-version",
        paramLabel = "NUMBER",
        description = "Only if this version is there; 0 for none.")
    private @Nullable Long version;

    @Option(
        names = "--keep",
        paramLabel = "SECONDS",
        description = "How long it is kept; as long as the table says without it.")
    private @Nullable Long seconds;

    @Override
    public Integer call() throws IOException {
      TableApi.WriteRequest request =
          new TableApi.WriteRequest(
              ring.network(),
              table,
              key,
              Optional.of(Base64.getEncoder().encodeToString(bytes())),
              Optional.ofNullable(version),
              Optional.ofNullable(seconds).map(Duration::ofSeconds));
      reporting.print(engine.session().write(request), TableText::written);
      return ExitCode.OK;
    }

    private byte[] bytes() throws IOException {
      if (value != null && file == null) {
        return value.getBytes(StandardCharsets.UTF_8);
      }
      if (file == null || file.toString().equals("-")) {
        return System.in.readAllBytes();
      }
      return Files.readAllBytes(file);
    }
  }

  /// `wormholes table get`.
  @Command(
      name = "get",
      mixinStandardHelpOptions = true,
      description = "Show what a key is, by the word of a quorum of those who keep it.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:shown", "3:there is nothing", "4:no engine answers", "6:not read"})
  static final class Get implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Parameters(index = "0", paramLabel = "TABLE", description = "Its name or its id.")
    private String table;

    @Parameters(index = "1", paramLabel = "KEY", description = "The key.")
    private String key;

    @Override
    public Integer call() {
      var record = engine.session().read(new TableApi.ReadRequest(ring.network(), table, key));
      reporting.print(record, TableText::value);
      return record.version() == 0 ? ExitCode.PROBLEMS : ExitCode.OK;
    }
  }

  /// `wormholes table delete`.
  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Delete a key. A deletion is a write, and signed by this node.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:deleted", "4:no engine answers", "6:refused"})
  static final class Delete implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Parameters(index = "0", paramLabel = "TABLE", description = "Its name or its id.")
    private String table;

    @Parameters(index = "1", paramLabel = "KEY", description = "The key.")
    private String key;

    @Option(
        names = "--if-version",
        paramLabel = "NUMBER",
        description = "Only if this version is there.")
    private @Nullable Long version;

    @Override
    public Integer call() {
      TableApi.WriteRequest request =
          new TableApi.WriteRequest(
              ring.network(),
              table,
              key,
              Optional.empty(),
              Optional.ofNullable(version),
              Optional.empty());
      reporting.print(engine.session().write(request), TableText::deleted);
      return ExitCode.OK;
    }
  }

  /// `wormholes table list`.
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = {
        "List keys, up to 10,000.",
        "Each part of the ring is told by one of its members alone."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:shown", "4:no engine answers", "6:a part of the ring does not answer"})
  static final class ListKeys implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Parameters(index = "0", paramLabel = "TABLE", description = "Its name or its id.")
    private String table;

    @Parameters(
        index = "1",
        arity = "0..1",
        defaultValue = "",
        paramLabel = "START",
        description = "What the keys begin with; quick with a / in it.")
    private String start;

    @Override
    public Integer call() {
      reporting.print(
          engine
              .session()
              .keys(new TableApi.KeysRequest(ring.network(), table, Optional.of(start))),
          TableText::keys);
      return ExitCode.OK;
    }
  }

  /// `wormholes table export`.
  @Command(
      name = "export",
      mixinStandardHelpOptions = true,
      description = "Write all records, a line of JSON each, each by the word of a quorum.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:written", "4:no engine answers", "6:not read"})
  static final class Export implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Parameters(index = "0", paramLabel = "TABLE", description = "Its name or its id.")
    private String table;

    @Override
    public Integer call() {
      ControlSession session = engine.session();
      TableApi.KeyList list =
          session.keys(new TableApi.KeysRequest(ring.network(), table, Optional.empty()));
      for (TableKeyView each : list.keys()) {
        var record = session.read(new TableApi.ReadRequest(ring.network(), table, each.key()));
        if (record.version() > 0) {
          reporting.out().println(Json.compact(record));
        }
      }
      reporting.out().flush();
      return ExitCode.OK;
    }
  }
}
