package org.wormholes.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.rulesets.gem.GemMetadata;
import org.wormholes.rulesets.gem.GemStore;
import org.wormholes.rulesets.gem.LockedGem;
import org.wormholes.rulesets.gem.Permissions;
import org.wormholes.rulesets.gem.RulesetGem;
import org.wormholes.rulesets.gem.Signer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes ruleset show`.
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Show an installed ruleset: who made it, what it may do, what is in it.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:shown", "2:it is not installed", "3:the store is not what the lock says"})
final class RulesetShowCommand implements Callable<Integer> {
  /// What is reported.
  record Shown(
      String name,
      String version,
      String summary,
      String description,
      List<String> authors,
      List<String> licenses,
      String homepage,
      String digest,
      String rules,
      Optional<String> signer,
      Optional<String> fingerprint,
      String tier,
      boolean consent,
      Permissions permissions,
      List<String> uses,
      List<String> files) {}

  @Mixin private Reporting reporting;
  @Mixin private GemOption gems;

  @Parameters(paramLabel = "NAME[@VERSION]", description = "An installed ruleset.")
  private String name;

  @Option(names = "--file", paramLabel = "PATH", description = "Print this file of it.")
  private @Nullable String path;

  @Override
  public Integer call() throws IOException {
    GemStore store = gems.store();
    LockedGem locked = GemOption.named(GemOption.refusing(store::lock), name);
    RulesetGem gem = GemOption.refusing(() -> store.gem(locked));
    if (path != null) {
      print(gem, path);
      return ExitCode.OK;
    }
    reporting.print(shown(locked, gem.metadata()), RulesetShowCommand::lines);
    return ExitCode.OK;
  }

  private void print(RulesetGem gem, String wanted) {
    byte[] content = gem.files().get(wanted);
    if (content == null) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "the gem has no file %s; it has %s"
              .formatted(Clean.line(wanted, 80), String.join(", ", gem.files().keySet())));
    }
    String text = new String(content, StandardCharsets.UTF_8);
    text.lines().forEach(line -> reporting.out().println(Clean.line(line, 4_096)));
    reporting.out().flush();
  }

  private static Shown shown(LockedGem locked, GemMetadata metadata) {
    return new Shown(
        locked.name().text(),
        locked.version().text(),
        metadata.summary(),
        metadata.description(),
        metadata.authors(),
        metadata.licenses(),
        metadata.homepage(),
        "sha256-" + locked.digest(),
        locked.rules(),
        locked.signer().map(Signer::key),
        locked.signer().map(Signer::fingerprint),
        locked.tier().word(),
        locked.consent(),
        locked.permissions(),
        locked.uses().stream().map(it -> it.name() + " " + it.version()).toList(),
        metadata.files());
  }

  private static List<String> lines(Shown shown) {
    List<String> lines = new ArrayList<>();
    lines.add("%s %s: %s".formatted(shown.name(), shown.version(), GemText.line(shown.summary())));
    Columns columns =
        new Columns("  ")
            .row("by", GemText.line(String.join(", ", shown.authors())))
            .row("signed by", shown.fingerprint().orElse("nobody"))
            .row("digest", shown.digest())
            .row("rules", shown.rules())
            .row("tier", shown.tier())
            .row("files", String.join(", ", shown.files()));
    if (!shown.uses().isEmpty()) {
      columns.row("builds on", String.join(", ", shown.uses()));
    }
    lines.addAll(columns.lines());
    lines.add("it may");
    lines.addAll(GemText.permissions(shown.permissions(), "  "));
    return lines;
  }
}
