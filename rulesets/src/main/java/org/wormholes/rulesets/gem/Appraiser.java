package org.wormholes.rulesets.gem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.dsl.Compilation;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.SignatureCheck;

/// Looks a gem over before it is installed: whether it may be, and what a person should know to
/// agree. Writes nothing.
final class Appraiser {
  private final SignatureCheck check;
  private final InstalledRules installed;

  Appraiser(SignatureCheck check, InstalledRules installed) {
    this.check = check;
    this.installed = installed;
  }

  /// Reads, checks and compiles a gem.
  ///
  /// @param lock what is installed
  /// @param consent whether its Ruby may run, if it needs that
  /// @param newSigner whether a name may change hands
  /// @throws GemRefusedException if it is not to be installed, and why
  Offer offer(Lock lock, byte[] bytes, boolean consent, boolean newSigner)
      throws IOException, GemRefusedException {
    RulesetGem gem = new GemReader(check).read(bytes);
    GemMetadata metadata = gem.metadata();
    if (!metadata.language().takes(GemMetadata.LANGUAGE)) {
      throw new GemRefusedException(
          "%s is written in language %s; this engine reads %s"
              .formatted(metadata.name(), metadata.language(), GemMetadata.LANGUAGE));
    }
    Optional<LockedGem> same = lock.find(metadata.name(), metadata.version());
    boolean there = same.filter(it -> it.digest().equals(gem.digest())).isPresent();
    if (same.isPresent() && !there) {
      throw new GemRefusedException(
          "another gem that calls itself %s %s is installed; remove that first"
              .formatted(metadata.name(), metadata.version()));
    }
    Offer.Signature signature = signature(gem, lock, newSigner);
    List<LockedGem.Used> uses = usesOf(gem, lock);
    LockedGem draft = locked(gem, "", consent, uses);
    Compilation compilation = installed.compile(gem, consent, installed.usesOf(lock, draft));
    Ruleset rules =
        compilation
            .ruleset()
            .orElseThrow(() ->
                new GemRefusedException(
                    (compilation.needsFullRuby()
                            ? "%s says it is static, but needs full Ruby: %s"
                            : "%s does not compile: %s")
                        .formatted(metadata.name(), ProjectUses.first(compilation))));
    Permissions effects = Permissions.of(rules);
    refuseMoreThanDeclared(metadata, effects);
    Optional<LockedGem> before = lock.newest(metadata.name());
    Permissions known = before.map(LockedGem::permissions).orElse(Permissions.NONE);
    return new Offer(
        gem,
        Content.of(bytes),
        RuleCodec.digest(rules),
        Content.of(RuleCodec.encode(rules, compilation.sourceMap())),
        effects,
        metadata.permissions().lacking(effects),
        before,
        metadata.permissions().lacking(known),
        known.lacking(metadata.permissions()),
        signature,
        uses,
        there);
  }

  private static void refuseMoreThanDeclared(GemMetadata metadata, Permissions effects)
      throws GemRefusedException {
    Map<String, List<String>> undeclared = effects.lacking(metadata.permissions());
    if (!undeclared.isEmpty()) {
      Map.Entry<String, List<String>> first = undeclared.entrySet().iterator().next();
      throw new GemRefusedException(
          "%s does more than it declares: %s %s"
              .formatted(
                  metadata.name(), first.getKey(), Quote.brief(first.getValue().getFirst())));
    }
  }

  private static Offer.Signature signature(RulesetGem gem, Lock lock, boolean newSigner)
      throws GemRefusedException {
    Optional<Signer> pinned = Optional.ofNullable(lock.pins().get(gem.metadata().name()));
    if (pinned.isPresent() && !gem.signer().equals(pinned) && !newSigner) {
      throw new GemRefusedException(
          "%s was signed by %s until now, and this gem %s; say --new-signer if you know why"
              .formatted(
                  gem.metadata().name(),
                  pinned.get().fingerprint(),
                  gem.signer().map(it -> "by " + it.fingerprint()).orElse("by nobody")));
    }
    if (gem.signer().isEmpty()) {
      return Offer.Signature.NONE;
    }
    if (gem.signer().equals(pinned)) {
      return Offer.Signature.SAME;
    }
    return lock.knows(gem.signer().get()) ? Offer.Signature.KNOWN : Offer.Signature.UNKNOWN;
  }

  private static List<LockedGem.Used> usesOf(RulesetGem gem, Lock lock) throws GemRefusedException {
    List<LockedGem.Used> uses = new ArrayList<>();
    for (Map.Entry<GemName, VersionRange> each : gem.metadata().uses().entrySet()) {
      LockedGem used =
          lock.newest(each.getKey(), each.getValue())
              .orElseThrow(() ->
                  new GemRefusedException(
                      "%s builds on %s %s, which is not installed; install that first"
                          .formatted(gem.metadata().name(), each.getKey(), each.getValue())));
      uses.add(new LockedGem.Used(used.name(), used.version(), used.digest()));
    }
    return uses;
  }

  /// What the lock says of a gem.
  ///
  /// @param rules digest of what it compiles to
  static LockedGem locked(
      RulesetGem gem, String rules, boolean consent, List<LockedGem.Used> uses) {
    GemMetadata metadata = gem.metadata();
    return new LockedGem(
        metadata.name(),
        metadata.version(),
        gem.digest(),
        rules,
        gem.signer(),
        metadata.tier(),
        consent && metadata.tier() == GemMetadata.Tier.FULL,
        metadata.permissions(),
        uses);
  }
}
