package org.wormholes.rulesets.gem;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.dsl.Uses;
import org.wormholes.rules.codec.RuleFile;
import org.wormholes.rules.codec.SignatureCheck;

/// The installed gems of a person:
///
///     lock.yaml           what is installed, and what was agreed to
///     gems/DIGEST.gem     the gems as they came, named by their SHA-256
///     compiled/KEY.wh     what they compile to, to be made anew at any time
///
/// Gems are read from their files each time and never unpacked, so what is applied is what the lock
/// names, byte by byte.
public final class GemStore {
  private final StoreFolder folder;
  private final InstalledRules installed;
  private final Appraiser appraiser;

  /// @param folder made when something is installed
  public GemStore(Path folder, SignatureCheck check, FullRuby fullRuby) {
    this.folder = new StoreFolder(folder);
    this.installed = new InstalledRules(this.folder, check, fullRuby);
    this.appraiser = new Appraiser(check, installed);
  }

  /// `$XDG_DATA_HOME/wormholes/rulesets`, or `~/.local/share/wormholes/rulesets`.
  public static Path defaultPath(Map<String, String> environment, Path home) {
    String data = environment.getOrDefault("XDG_DATA_HOME", "");
    Path base = data.startsWith("/") ? Path.of(data) : home.resolve(".local/share");
    return base.resolve("wormholes").resolve("rulesets");
  }

  public Path path() {
    return folder.path();
  }

  /// What is installed.
  public Lock lock() throws IOException, GemRefusedException {
    return folder.lock();
  }

  /// The gem that a lock names, if its file is still what it was.
  public RulesetGem gem(LockedGem locked) throws IOException, GemRefusedException {
    return installed.gem(locked);
  }

  /// The rules of an installed gem: from the lock alone, and refused where the store is not what it
  /// says.
  public RuleFile rules(LockedGem locked) throws IOException, GemRefusedException {
    return installed.of(locked);
  }

  /// Answers `use` in a file of one's own: the newest that is installed.
  public Uses uses() {
    return installed.uses();
  }

  Uses.Answer find(GemName name, VersionRange range) throws IOException, GemRefusedException {
    return installed.find(name, range);
  }

  /// Reads, checks and compiles a gem without writing anything.
  ///
  /// @param consent whether its Ruby may run, if it needs that
  /// @param newSigner whether a name may change hands
  /// @throws GemRefusedException if it is not to be installed, and why
  public Offer offer(byte[] bytes, boolean consent, boolean newSigner)
      throws IOException, GemRefusedException {
    return appraiser.offer(lock(), bytes, consent, newSigner);
  }

  /// Installs what was offered.
  ///
  /// @param consent whether its Ruby may run, if it needs that
  /// @param instead whether the versions that are installed go; those that others build on stay
  public LockedGem accept(Offer offer, boolean consent, boolean instead)
      throws IOException, GemRefusedException {
    LockedGem locked = Appraiser.locked(offer.gem(), offer.rules(), consent, offer.uses());
    folder.change(lock -> {
      folder.keepGem(locked.digest(), offer.file().bytes());
      folder.keepCompiled(locked, offer.compiled().bytes());
      Lock changed = lock.with(locked);
      if (instead) {
        for (LockedGem each : lock.gems()) {
          boolean old = each.name().equals(locked.name()) && !each.equals(locked);
          if (old && !each.version().equals(locked.version()) && lock.usersOf(each).isEmpty()) {
            changed = changed.without(each);
          }
        }
      }
      return changed;
    });
    return locked;
  }

  /// Takes gems away.
  ///
  /// @param forget whether the next gem of the name may be anybody's
  public void remove(List<LockedGem> gems, boolean forget) throws IOException, GemRefusedException {
    folder.change(lock -> {
      Lock changed = lock;
      for (LockedGem gem : gems) {
        changed = changed.without(gem);
      }
      for (LockedGem gem : gems) {
        List<LockedGem> users = changed.usersOf(gem);
        if (!users.isEmpty()) {
          throw new GemRefusedException(
              "%s %s is what %s builds on; remove that first"
                  .formatted(gem.name(), gem.version(), users.getFirst().name()));
        }
        changed = forget ? changed.withoutPin(gem.name()) : changed;
      }
      return changed;
    });
  }

  /// Files of the store that no lock names.
  public List<String> strays() throws IOException, GemRefusedException {
    return folder.strays();
  }

  /// What is wrong with an installed gem; empty where nothing is. The gem is read, its signature
  /// checked and its script compiled anew.
  public Optional<String> fault(LockedGem locked) throws IOException {
    try {
      folder.forgetCompiled(locked);
      RuleFile rules = rules(locked);
      Map<String, List<String>> undeclared =
          Permissions.of(rules.ruleset()).lacking(locked.permissions());
      return undeclared.isEmpty()
          ? Optional.empty()
          : Optional.of("it does more than it declares: " + undeclared);
    } catch (GemRefusedException e) {
      return Optional.of(e.reason());
    }
  }
}
