package org.wormholes.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.wormholes.rulesets.gem.GemMetadata;
import org.wormholes.rulesets.gem.GemReader;
import org.wormholes.rulesets.gem.GemStore;
import org.wormholes.rulesets.gem.LockedGem;
import org.wormholes.rulesets.gem.Offer;
import org.wormholes.rulesets.gem.Permissions;
import org.wormholes.rulesets.gem.Signer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Installing and upgrading: what is shown, what is asked.
final class GemInstallation {
  /// What is reported.
  record Offered(
      boolean installed,
      String name,
      String version,
      String summary,
      List<String> authors,
      String digest,
      String rules,
      Optional<String> signer,
      Optional<String> fingerprint,
      String signature,
      String tier,
      Permissions permissions,
      Optional<String> before,
      Map<String, List<String>> more,
      Map<String, List<String>> less,
      List<String> uses) {}

  @Mixin private Reporting reporting;
  @Mixin private GemOption gems;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  @Option(
      names = "--allow-ruby",
      description = "Let this very gem run full Ruby, in a sandbox, if it needs to.")
  private boolean allowRuby;

  @Option(
      names = "--new-signer",
      description = "Take a gem whose name was signed by somebody else until now.")
  private boolean newSigner;

  int install(Path file, boolean upgrade) throws IOException {
    return GemOption.refusing(() -> installed(file, upgrade));
  }

  private int installed(Path file, boolean upgrade) throws Exception {
    GemStore store = gems.store();
    Offer offer = store.offer(bytes(file), allowRuby, newSigner);
    if (upgrade) {
      checkUpgrade(offer);
    }
    Paint paint = reporting.paint();
    boolean done = offer.installed() && !upgrade;
    if (!done && !yes) {
      shown(offer, paint).forEach(reporting::say);
      boolean agreed =
          Reporting.isTerminal(0)
              && GemOption.isAgreed(reporting, upgrade ? "upgrade?" : "install?");
      if (!agreed) {
        reporting.say(
            "not installed"
                + (Reporting.isTerminal(0) ? "" : ": nobody can be asked here; say --yes"));
        if (reporting.json()) {
          reporting.print(report(offer, false), it -> List.of());
        }
        return ExitCode.CHANGES;
      }
    } else if (!done && !reporting.json()) {
      shown(offer, paint).forEach(reporting.out()::println);
    }
    LockedGem locked = store.accept(offer, allowRuby, upgrade);
    reporting.print(
        report(offer, true),
        it ->
            List.of(
                paint.green(done ? "installed already" : upgrade ? "upgraded" : "installed")
                    + "  "
                    + GemText.named(locked)));
    return ExitCode.OK;
  }

  /// Shows what a gem's file is and may do, installed or not; a gem that would be refused is.
  static int look(Path file, GemStore store, Reporting reporting) throws IOException {
    byte[] bytes = bytes(file);
    Offer offer = GemOption.refusing(() -> store.offer(bytes, false, false));
    Paint paint = reporting.paint();
    reporting.print(report(offer, offer.installed()), it -> shown(offer, paint));
    return ExitCode.OK;
  }

  private static void checkUpgrade(Offer offer) {
    GemMetadata metadata = offer.gem().metadata();
    LockedGem before =
        offer
            .before()
            .orElseThrow(() ->
                new CommandFailure(
                    ExitCode.USAGE,
                    "no ruleset %s is installed; install it first".formatted(metadata.name())));
    if (metadata.version().compareTo(before.version()) < 0) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "%s is older than what is installed, %s; `install` puts it beside"
              .formatted(metadata.version(), before.version()));
    }
  }

  private static byte[] bytes(Path file) throws IOException {
    if (file.toString().contains(":/")) {
      throw new CommandFailure(
          ExitCode.USAGE, "rulesets are installed from files; nothing is fetched");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(GemReader.MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new CommandFailure(ExitCode.USAGE, "there is no file " + file);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "cannot read %s: %s".formatted(file, e.getMessage()));
    }
  }

  private static Offered report(Offer offer, boolean installed) {
    GemMetadata metadata = offer.gem().metadata();
    return new Offered(
        installed,
        metadata.name().text(),
        metadata.version().text(),
        metadata.summary(),
        metadata.authors(),
        "sha256-" + offer.gem().digest(),
        offer.rules(),
        offer.gem().signer().map(Signer::key),
        offer.gem().signer().map(Signer::fingerprint),
        offer.signature().name().toLowerCase(Locale.ROOT),
        metadata.tier().word(),
        metadata.permissions(),
        offer.before().map(it -> it.version().text()),
        offer.before().isPresent() ? offer.more() : Map.of(),
        offer.less(),
        offer.uses().stream().map(it -> it.name() + " " + it.version()).toList());
  }

  private static List<String> shown(Offer offer, Paint paint) {
    GemMetadata metadata = offer.gem().metadata();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s %s: %s"
            .formatted(
                paint.bold(metadata.name().text()),
                metadata.version(),
                GemText.line(metadata.summary())));
    Columns columns =
        new Columns("  ")
            .row("by", GemText.line(String.join(", ", metadata.authors())))
            .row("signed by", GemText.signer(offer.gem().signer()) + signature(offer, paint))
            .row("digest", "sha256-" + offer.gem().digest())
            .row("tier", tier(metadata.tier()));
    offer.uses().forEach(it -> columns.row("builds on", it.name() + " " + it.version()));
    lines.addAll(columns.lines());
    if (offer.before().isEmpty()) {
      lines.add("it may");
      lines.addAll(GemText.permissions(metadata.permissions(), "  "));
      return lines;
    }
    lines.add("next to %s, which is installed, it".formatted(offer.before().get().version()));
    if (offer.more().isEmpty() && offer.less().isEmpty()) {
      lines.add("  may do the same");
    }
    if (!offer.more().isEmpty()) {
      GemText.kinds(offer.more(), "  ", "+ ").forEach(it -> lines.add(paint.yellow(it)));
    }
    if (!offer.less().isEmpty()) {
      GemText.kinds(offer.less(), "  ", "- ").forEach(it -> lines.add(paint.green(it)));
    }
    return lines;
  }

  private static String signature(Offer offer, Paint paint) {
    return switch (offer.signature()) {
      case NONE -> "";
      case SAME -> ", " + paint.green("as before");
      case KNOWN -> ", " + paint.green("known") + " from other rulesets";
      case UNKNOWN -> ", " + paint.yellow("not seen before") + ": compare it with the author's";
    };
  }

  private static String tier(GemMetadata.Tier tier) {
    return switch (tier) {
      case STATIC -> "static: read as text, no Ruby runs";
      case FULL -> "full Ruby, in a sandbox, for this digest only";
    };
  }
}
