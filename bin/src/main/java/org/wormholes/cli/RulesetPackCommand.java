package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.rules.codec.RuleSigner;
import org.wormholes.rules.codec.SignatureCheck;
import org.wormholes.rulesets.gem.Packer;
import org.wormholes.rulesets.gem.Permissions;
import org.wormholes.rulesets.gem.Project;
import org.wormholes.rulesets.gem.ProjectCheck;
import org.wormholes.rulesets.gem.ProjectReport;
import org.wormholes.rulesets.gem.SandboxedRuby;
import org.wormholes.rulesets.gem.Signer;
import org.wormholes.runtime.store.StateFolder;
import org.wormholes.runtime.store.StateInUseException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes ruleset pack`.
@Command(
    name = "pack",
    mixinStandardHelpOptions = true,
    description = {
      "Check and test a project, and make its gem, signed.",
      "The same project and key give the same bytes. RubyGems takes the file as its own."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:packed",
      "2:a file cannot be read",
      "3:there are faults; nothing is written"
    })
final class RulesetPackCommand implements Callable<Integer> {
  /// What is reported.
  record Made(
      String file,
      String name,
      String version,
      String digest,
      int bytes,
      String rules,
      Optional<String> signer,
      Optional<String> fingerprint,
      String tier,
      Permissions effects) {}

  @Mixin private Reporting reporting;
  @Mixin private GemOption gems;

  @Parameters(arity = "0..1", paramLabel = "FOLDER", description = "The project (default: here).")
  private Path folder = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FOLDER",
      description = "Where the gem is put (default: here).")
  private Path output = Path.of("");

  @Option(
      names = "--key",
      paramLabel = "FOLDER",
      description = {
        "A state folder whose key signs (default: $XDG_DATA_HOME/wormholes/author,",
        "made on first use: it is not the node's, so that gems do not name your node)."
      })
  private @Nullable Path key;

  @Option(names = "--unsigned", description = "Do not sign.")
  private boolean unsigned;

  @Override
  public Integer call() throws IOException {
    return GemOption.refusing(this::pack);
  }

  private int pack() throws Exception {
    Project project = Project.read(folder);
    ProjectReport report = new ProjectCheck(gems.store(), new SandboxedRuby()).check(project);
    Paint paint = reporting.paint();
    if (!report.passed()) {
      reporting.print(
          RulesetTestCommand.Tested.of(report), it -> RulesetTestCommand.lines(report, paint));
      return ExitCode.PROBLEMS;
    }
    Optional<RuleSigner> signer = unsigned ? Optional.empty() : Optional.of(signer());
    Packer.Packed packed = Packer.pack(project, report, signer, SignatureCheck.ofTheJdk());
    Path file = output.resolve(packed.fileName());
    Files.write(file, packed.file().bytes());
    reporting.print(made(file, packed, report), it -> lines(it, paint));
    return ExitCode.OK;
  }

  private RuleSigner signer() throws IOException {
    Path state = key == null ? Locations.author() : key;
    try (StateFolder opened = StateFolder.open(state)) {
      if (opened.nodeKey().isEmpty()) {
        reporting.say("made a key to sign with: " + opened.keyPath());
      }
      NodeKey author = opened.nodeKeyOrNew(new SecureRandom()::nextBytes);
      return new RuleSigner() {
        @Override
        public byte[] publicKey() {
          return author.id().key().toArray();
        }

        @Override
        public byte[] sign(byte[] message) {
          return author.sign(message);
        }
      };
    } catch (StateInUseException e) {
      throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()));
    }
  }

  private static Made made(Path file, Packer.Packed packed, ProjectReport report) {
    Optional<Signer> signer = packed.gem().signer();
    return new Made(
        file.toString(),
        packed.gem().metadata().name().text(),
        packed.gem().metadata().version().text(),
        "sha256-" + packed.gem().digest(),
        packed.file().bytes().length,
        report.digest().orElseThrow(),
        signer.map(Signer::key),
        signer.map(Signer::fingerprint),
        packed.gem().metadata().tier().word(),
        report.effects());
  }

  private static List<String> lines(Made made, Paint paint) {
    List<String> lines = new ArrayList<>();
    lines.add(paint.green("packed") + "  " + made.file());
    lines.addAll(
        new Columns("  ")
            .row("digest", made.digest())
            .row("signed by", made.fingerprint().orElse("nobody"))
            .row("rules", made.rules())
            .lines());
    lines.add("it will");
    lines.addAll(GemText.permissions(made.effects(), "  "));
    return lines;
  }
}
