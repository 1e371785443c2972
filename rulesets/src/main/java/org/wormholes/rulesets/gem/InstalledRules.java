package org.wormholes.rulesets.gem;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Uses;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFile;
import org.wormholes.rules.codec.RuleFormatException;
import org.wormholes.rules.codec.SignatureCheck;

/// What the gems of a store compile to: what the lock names, byte by byte, or nothing.
final class InstalledRules {
  private static final int MAX_DEPTH = 16;

  private final StoreFolder folder;
  private final SignatureCheck check;
  private final FullRuby fullRuby;

  InstalledRules(StoreFolder folder, SignatureCheck check, FullRuby fullRuby) {
    this.folder = folder;
    this.check = check;
    this.fullRuby = fullRuby;
  }

  /// The gem that a lock names, if its file is still what it was.
  RulesetGem gem(LockedGem locked) throws IOException, GemRefusedException {
    byte[] bytes;
    try {
      bytes = folder.gem(locked.digest());
    } catch (NoSuchFileException e) {
      throw new GemRefusedException(
          "the store has lost the gem of %s %s; install it again"
              .formatted(locked.name(), locked.version()),
          e);
    }
    if (!Digests.sha256(bytes).equals(locked.digest())) {
      throw new GemRefusedException(
          "the store's gem of %s %s is not what the lock names: it was changed"
              .formatted(locked.name(), locked.version()));
    }
    RulesetGem gem = new GemReader(check).read(bytes);
    boolean same =
        gem.metadata().name().equals(locked.name())
            && gem.metadata().version().equals(locked.version())
            && gem.metadata().tier() == locked.tier()
            && gem.metadata().permissions().equals(locked.permissions())
            && gem.signer().equals(locked.signer());
    if (!same) {
      throw new GemRefusedException(
          "the lock says of %s %s what its gem does not"
              .formatted(locked.name(), locked.version()));
    }
    return gem;
  }

  /// The rules of an installed gem; refused where the store is not what the lock says.
  RuleFile of(LockedGem locked) throws IOException, GemRefusedException {
    return rules(folder.lock(), locked, 0);
  }

  private RuleFile rules(Lock lock, LockedGem locked, int depth)
      throws IOException, GemRefusedException {
    RulesetGem gem = gem(locked);
    checkUsed(lock, locked, depth);
    Optional<RuleFile> kept = kept(locked);
    if (kept.isPresent()) {
      return kept.get();
    }
    Compilation compilation = compile(gem, locked.consent(), usesOf(lock, locked, depth));
    Ruleset rules =
        compilation
            .ruleset()
            .orElseThrow(() ->
                new GemRefusedException(
                    "%s %s no longer compiles: %s"
                        .formatted(
                            locked.name(), locked.version(), ProjectUses.first(compilation))));
    byte[] bytes = RuleCodec.encode(rules, compilation.sourceMap());
    if (!RuleCodec.digest(rules).equals(locked.rules())) {
      throw new GemRefusedException(
          "%s %s compiles to other rules than those that were agreed to; install it again"
              .formatted(locked.name(), locked.version()));
    }
    folder.keepCompiled(locked, bytes);
    return decoded(bytes);
  }

  /// Kept rules are only as good as all that they were made of.
  private void checkUsed(Lock lock, LockedGem locked, int depth)
      throws IOException, GemRefusedException {
    if (depth > MAX_DEPTH) {
      throw new GemRefusedException("too many rulesets stand on each other");
    }
    for (LockedGem.Used used : locked.uses()) {
      LockedGem other = usedOf(lock, locked, used);
      gem(other);
      checkUsed(lock, other, depth + 1);
    }
  }

  /// Answers `use` by what a gem's lock names.
  Uses usesOf(Lock lock, LockedGem locked) {
    return usesOf(lock, locked, 0);
  }

  private Uses usesOf(Lock lock, LockedGem locked, int depth) {
    return name -> {
      try {
        for (LockedGem.Used used : locked.uses()) {
          if (used.name().text().equals(name)) {
            RuleFile rules = rules(lock, usedOf(lock, locked, used), depth + 1);
            return new Uses.Answer.Found(rules.ruleset(), rules.sources());
          }
        }
        return new Uses.Answer.Missing("the gem does not depend on it", "");
      } catch (GemRefusedException e) {
        return new Uses.Answer.Missing(e.reason(), "");
      } catch (IOException e) {
        return new Uses.Answer.Missing("it can't be read: " + e.getMessage(), "");
      }
    };
  }

  private static LockedGem usedOf(Lock lock, LockedGem user, LockedGem.Used used)
      throws GemRefusedException {
    return lock.gems().stream()
        .filter(each -> each.digest().equals(used.digest()))
        .findFirst()
        .orElseThrow(() ->
            new GemRefusedException(
                "%s builds on %s %s, which is not installed any more"
                    .formatted(user.name(), used.name(), used.version())));
  }

  /// Answers `use` in a file of one's own: the newest that is installed.
  Uses uses() {
    return new Uses() {
      @Override
      public Answer find(String name) {
        if (!GemName.isValid(name)) {
          return new Answer.Missing("", "");
        }
        try {
          return InstalledRules.this.find(new GemName(name), VersionRange.ANY);
        } catch (GemRefusedException e) {
          return new Answer.Missing(e.reason(), "");
        } catch (IOException e) {
          return new Answer.Missing("it can't be read: " + e.getMessage(), "");
        }
      }

      @Override
      public List<String> names() {
        try {
          return folder.lock().gems().stream().map(gem -> gem.name().text()).distinct().toList();
        } catch (GemRefusedException | IOException e) {
          return List.of(); // told when a name is looked for
        }
      }
    };
  }

  Uses.Answer find(GemName name, VersionRange range) throws IOException, GemRefusedException {
    Lock lock = folder.lock();
    Optional<LockedGem> locked = lock.newest(name, range);
    if (locked.isEmpty()) {
      String others = lock.newest(name).map(it -> "installed is " + it.version()).orElse("");
      return new Uses.Answer.Missing(
          others, "install %s %s with `wormholes ruleset install`".formatted(name.gem(), range));
    }
    RuleFile rules = rules(lock, locked.get(), 0);
    return new Uses.Answer.Found(rules.ruleset(), rules.sources());
  }

  /// Compiles a gem.
  ///
  /// @param consent whether its Ruby may run, if it needs that
  Compilation compile(RulesetGem gem, boolean consent, Uses uses) throws GemRefusedException {
    GemMetadata metadata = gem.metadata();
    if (metadata.tier() == GemMetadata.Tier.FULL && !consent) {
      throw new GemRefusedException(
          "%s needs full Ruby; say --allow-ruby to let this version (%s) run it, in a sandbox"
              .formatted(metadata.name(), gem.digest().substring(0, 16)));
    }
    return GemCompiler.compile(
        metadata.fullName(), metadata.entry(), gem.files(), metadata.tier(), uses, fullRuby);
  }

  private Optional<RuleFile> kept(LockedGem locked) {
    try {
      RuleFile kept = decoded(folder.compiled(locked));
      return Optional.of(kept).filter(it -> it.digest().equals(locked.rules()));
    } catch (IOException | GemRefusedException e) {
      return Optional.empty(); // it is made anew
    }
  }

  private static RuleFile decoded(byte[] bytes) throws GemRefusedException {
    try {
      return RuleCodec.decode(bytes);
    } catch (RuleFormatException e) {
      throw new GemRefusedException("the compiled rules can't be read: " + e.getMessage(), e);
    }
  }
}
