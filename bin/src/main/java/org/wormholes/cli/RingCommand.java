package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.control.RingApi;
import org.wormholes.runtime.control.RingView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes ring`.
@Command(
    name = "ring",
    mixinStandardHelpOptions = true,
    description = {
      "The ring of a network: who of its nodes stands where, and who is responsible for a key."
    },
    subcommands = {
      RingCommand.Create.class,
      RingCommand.Join.class,
      RingCommand.Leave.class,
      RingCommand.Peers.class,
      RingCommand.Successor.class,
      RingCommand.Predecessor.class,
      RingCommand.Fingers.class,
      RingCommand.Lookup.class,
      RingCommand.Ping.class,
      RingCommand.Cast.class,
      RingCommand.Draw.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:shown", "4:no engine answers"})
final class RingCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Override
  public Integer call() {
    reporting.print(engine.session().rings(Optional.empty()), RingText::rings);
    return ExitCode.OK;
  }

  private static RingView acted(
      EngineOption engine, RingOption ring, RingApi.Action action, Optional<String> through) {
    return engine.session().ring(new RingApi.RingRequest(ring.network(), action, through));
  }

  /// `wormholes ring create`.
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = {
        "Begin a ring of one, which others may join.",
        "Where the network has a ring already the two grow together."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:this node is a member", "4:no engine answers", "6:refused"})
  static final class Create implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Override
    public Integer call() {
      reporting.print(
          acted(engine, ring, RingApi.Action.CREATE, Optional.empty()), RingText::standing);
      return ExitCode.OK;
    }
  }

  /// `wormholes ring join`.
  @Command(
      name = "join",
      mixinStandardHelpOptions = true,
      description = "Enter the ring of a network.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:this node is a member", "4:no engine answers", "6:nobody let it in"})
  static final class Join implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Parameters(
        arity = "0..1",
        paramLabel = "MEMBER",
        description = {
          "The address of a member, alone or as wormhole://ADDRESS@HOST:PORT.",
          "Without it nodes of the network are asked."
        })
    private @Nullable String through;

    @Override
    public Integer call() {
      reporting.print(
          acted(engine, ring, RingApi.Action.JOIN, Optional.ofNullable(through)),
          RingText::standing);
      return ExitCode.OK;
    }
  }

  /// `wormholes ring leave`.
  @Command(
      name = "leave",
      mixinStandardHelpOptions = true,
      description = "Stand on the ring no more; the neighbours are told.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:this node is no member", "4:no engine answers", "6:refused"})
  static final class Leave implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Override
    public Integer call() {
      reporting.print(
          acted(engine, ring, RingApi.Action.LEAVE, Optional.empty()), RingText::standing);
      return ExitCode.OK;
    }
  }

  /// `wormholes ring peers`.
  @Command(
      name = "peers",
      mixinStandardHelpOptions = true,
      description = "List the members that this node knows, in the order of the ring.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:shown", "4:no engine answers", "6:refused"})
  static final class Peers implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Override
    public Integer call() {
      reporting.print(ring.view(engine), RingText::peers);
      return ExitCode.OK;
    }
  }

  /// `wormholes ring successor`.
  @Command(
      name = "successor",
      mixinStandardHelpOptions = true,
      description = "Show who follows this node on the ring.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:shown", "4:no engine answers", "6:refused"})
  static final class Successor implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Override
    public Integer call() {
      reporting.print(ring.view(engine), RingText::successor);
      return ExitCode.OK;
    }
  }

  /// `wormholes ring predecessor`.
  @Command(
      name = "predecessor",
      mixinStandardHelpOptions = true,
      description = "Show who stands before this node on the ring.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:shown", "4:no engine answers", "6:refused"})
  static final class Predecessor implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Override
    public Integer call() {
      reporting.print(ring.view(engine), RingText::predecessor);
      return ExitCode.OK;
    }
  }

  /// `wormholes ring fingers`.
  @Command(
      name = "fingers",
      mixinStandardHelpOptions = true,
      description = "List the members far off that lookups begin with.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:shown", "4:no engine answers", "6:refused"})
  static final class Fingers implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Override
    public Integer call() {
      reporting.print(ring.view(engine), RingText::fingers);
      return ExitCode.OK;
    }
  }

  /// `wormholes ring lookup`.
  @Command(
      name = "lookup",
      mixinStandardHelpOptions = true,
      description = "Find who is responsible for a key, and who follows.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:found", "4:no engine answers", "6:nobody answers"})
  static final class Lookup implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Parameters(
        paramLabel = "KEY",
        description =
            "An id of 64 hexadecimal digits, the address of a node, or any text, which stands at its hash.")
    private String key;

    @Override
    public Integer call() {
      reporting.print(engine.session().lookup(ring.network(), key), RingText::lookup);
      return ExitCode.OK;
    }
  }

  /// `wormholes ring ping`.
  @Command(
      name = "ping",
      mixinStandardHelpOptions = true,
      description = "Ask a member whether it is there, and say how long its answer takes.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:it answers", "4:no engine answers", "6:it does not"})
  static final class Ping implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Parameters(paramLabel = "MEMBER", description = "Its address.")
    private String node;

    @Override
    public Integer call() {
      reporting.print(engine.session().ping(ring.network(), node), RingText::ping);
      return ExitCode.OK;
    }
  }

  /// `wormholes ring cast`.
  @Command(
      name = "cast",
      mixinStandardHelpOptions = true,
      description = {
        "Tell all members a text, signed by this node.",
        "They see it in `wormholes events`; up to 1,024 bytes, and a few a minute."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:told", "4:no engine answers", "6:refused"})
  static final class Cast implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Parameters(paramLabel = "TEXT", description = "What they are told.")
    private String text;

    @Override
    public Integer call() {
      reporting.print(engine.session().cast(ring.network(), text), RingText::cast);
      return ExitCode.OK;
    }
  }

  /// `wormholes ring draw`.
  @Command(
      name = "draw",
      mixinStandardHelpOptions = true,
      description = "Draw the ring as this node sees it: in the terminal, or as SVG.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:drawn", "4:no engine answers", "6:refused"})
  static final class Draw implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;
    @Mixin private RingOption ring;

    @Option(
        names = "--svg",
        paramLabel = "FILE",
        description = "Write an SVG picture; - is the standard output.")
    private @Nullable String svg;

    @Override
    public Integer call() throws IOException {
      RingView view = ring.view(engine);
      if (svg == null) {
        reporting.print(view, shown -> RingDrawing.lines(shown, reporting.paint()));
      } else if (svg.equals("-")) {
        reporting.out().print(RingDrawing.svg(view));
        reporting.out().flush();
      } else {
        Files.writeString(Path.of(svg), RingDrawing.svg(view));
      }
      return ExitCode.OK;
    }
  }
}
