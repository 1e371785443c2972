package org.wormholes.rulesets.gem;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Uses;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFile;
import org.wormholes.rules.codec.RuleFormatException;
import org.wormholes.rules.codec.SignatureCheck;

/// The installed gems of a person:
///
///     lock.yaml           what is installed, and what was agreed to
///     gems/DIGEST.gem     the gems as they came, named by their SHA-256
///     compiled/KEY.wh     what they compile to, to be made anew at any time
///
/// Gems are read from their files each time and never unpacked, so what is applied is what the lock
/// names, byte by byte. Files are written beside their place, forced to the disk and renamed; the
/// lock comes last.
public final class GemStore {
  private static final String LOCK = "lock.yaml";
  private static final int MAX_DEPTH = 16;

  private final Path folder;
  private final SignatureCheck check;
  private final FullRuby fullRuby;

  /// @param folder made when something is installed
  public GemStore(Path folder, SignatureCheck check, FullRuby fullRuby) {
    this.folder = folder;
    this.check = check;
    this.fullRuby = fullRuby;
  }

  /// `$XDG_DATA_HOME/wormholes/rulesets`, or `~/.local/share/wormholes/rulesets`.
  public static Path defaultPath(Map<String, String> environment, Path home) {
    String data = environment.getOrDefault("XDG_DATA_HOME", "");
    Path base = data.startsWith("/") ? Path.of(data) : home.resolve(".local/share");
    return base.resolve("wormholes").resolve("rulesets");
  }

  public Path path() {
    return folder;
  }

  /// What is installed.
  public Lock lock() throws IOException, GemRefusedException {
    try {
      return Lock.read(Files.readAllBytes(folder.resolve(LOCK)));
    } catch (NoSuchFileException e) {
      return Lock.EMPTY;
    }
  }

  /// The gem that a lock names, if its file is still what it was.
  public RulesetGem gem(LockedGem locked) throws IOException, GemRefusedException {
    byte[] bytes;
    try {
      bytes = GemReader.bytes(file(locked.digest()));
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

  // ---- rules

  /// The rules of an installed gem: from the lock alone, and refused where the store is not what it
  /// says.
  public RuleFile rules(LockedGem locked) throws IOException, GemRefusedException {
    return rules(lock(), locked, 0);
  }

  private RuleFile rules(Lock lock, LockedGem locked, int depth)
      throws IOException, GemRefusedException {
    RulesetGem gem = gem(locked);
    checkUsed(lock, locked, depth);
    Optional<RuleFile> kept = kept(locked);
    if (kept.isPresent()) {
      return kept.get();
    }
    Compilation compilation = compile(gem, locked.consent(), lockedUses(lock, locked, depth));
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
    keep(locked, bytes);
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
  private Uses lockedUses(Lock lock, LockedGem locked, int depth) {
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
  public Uses uses() {
    return new Uses() {
      @Override
      public Answer find(String name) {
        if (!GemName.isValid(name)) {
          return new Answer.Missing("", "");
        }
        try {
          return GemStore.this.find(new GemName(name), VersionRange.ANY);
        } catch (GemRefusedException e) {
          return new Answer.Missing(e.reason(), "");
        } catch (IOException e) {
          return new Answer.Missing("it can't be read: " + e.getMessage(), "");
        }
      }

      @Override
      public List<String> names() {
        try {
          return lock().gems().stream().map(gem -> gem.name().text()).distinct().toList();
        } catch (GemRefusedException | IOException e) {
          return List.of(); // told when a name is looked for
        }
      }
    };
  }

  Uses.Answer find(GemName name, VersionRange range) throws IOException, GemRefusedException {
    Lock lock = lock();
    Optional<LockedGem> locked = lock.newest(name, range);
    if (locked.isEmpty()) {
      String others = lock.newest(name).map(it -> "installed is " + it.version()).orElse("");
      return new Uses.Answer.Missing(
          others, "install %s %s with `wormholes ruleset install`".formatted(name.gem(), range));
    }
    RuleFile rules = rules(lock, locked.get(), 0);
    return new Uses.Answer.Found(rules.ruleset(), rules.sources());
  }

  private Compilation compile(RulesetGem gem, boolean consent, Uses uses)
      throws GemRefusedException {
    GemMetadata metadata = gem.metadata();
    if (metadata.tier() == GemMetadata.Tier.FULL && !consent) {
      throw new GemRefusedException(
          "%s needs full Ruby; say --allow-ruby to let this version (%s) run it, in a sandbox"
              .formatted(metadata.name(), gem.digest().substring(0, 16)));
    }
    return GemCompiler.compile(
        metadata.fullName(), metadata.entry(), gem.files(), metadata.tier(), uses, fullRuby);
  }

  // ---- compiled rules that are kept

  private Optional<RuleFile> kept(LockedGem locked) {
    try {
      RuleFile kept = decoded(Files.readAllBytes(compiledFile(locked)));
      return Optional.of(kept).filter(it -> it.digest().equals(locked.rules()));
    } catch (IOException | GemRefusedException e) {
      return Optional.empty(); // it is made anew
    }
  }

  private void keep(LockedGem locked, byte[] bytes) {
    try {
      Files.createDirectories(folder.resolve("compiled"));
      replace(compiledFile(locked), bytes);
    } catch (IOException e) {
      // Kept for speed only; the store may be on a disk that is full or can't be written.
      return;
    }
  }

  private Path compiledFile(LockedGem locked) {
    StringBuilder source = new StringBuilder(locked.digest());
    locked.uses().forEach(used -> source.append(' ').append(used.digest()));
    return folder
        .resolve("compiled")
        .resolve(
            Digests.sha256(source.toString()).substring(0, 40)
                + "-"
                + GemMetadata.LANGUAGE
                + ".wh");
  }

  private static RuleFile decoded(byte[] bytes) throws GemRefusedException {
    try {
      return RuleCodec.decode(bytes);
    } catch (RuleFormatException e) {
      throw new GemRefusedException("the compiled rules can't be read: " + e.getMessage(), e);
    }
  }

  // ---- installing

  /// Reads, checks and compiles a gem without writing anything.
  ///
  /// @param consent whether its Ruby may run, if it needs that
  /// @param newSigner whether a name may change hands
  /// @throws GemRefusedException if it is not to be installed, and why
  public Offer offer(byte[] bytes, boolean consent, boolean newSigner)
      throws IOException, GemRefusedException {
    RulesetGem gem = new GemReader(check).read(bytes);
    GemMetadata metadata = gem.metadata();
    if (!metadata.language().takes(GemMetadata.LANGUAGE)) {
      throw new GemRefusedException(
          "%s is written in language %s; this engine reads %s"
              .formatted(metadata.name(), metadata.language(), GemMetadata.LANGUAGE));
    }
    Lock lock = lock();
    Optional<LockedGem> same = lock.find(metadata.name(), metadata.version());
    boolean installed = same.filter(it -> it.digest().equals(gem.digest())).isPresent();
    if (same.isPresent() && !installed) {
      throw new GemRefusedException(
          "another gem that calls itself %s %s is installed; remove that first"
              .formatted(metadata.name(), metadata.version()));
    }
    Offer.Signature signature = signature(gem, lock, newSigner);
    List<LockedGem.Used> uses = usesOf(gem, lock);
    LockedGem draft = locked(gem, "", consent, uses);
    Compilation compilation = compile(gem, consent, lockedUses(lock, draft, 0));
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
        installed);
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

  private static LockedGem locked(
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

  /// Installs what was offered.
  ///
  /// @param consent whether its Ruby may run, if it needs that
  /// @param instead whether the versions that are installed go; those that others build on stay
  public LockedGem accept(Offer offer, boolean consent, boolean instead)
      throws IOException, GemRefusedException {
    LockedGem locked = locked(offer.gem(), offer.rules(), consent, offer.uses());
    changing(lock -> {
      Path file = file(locked.digest());
      if (!Files.exists(file)) {
        replace(file, offer.file().bytes());
      }
      keep(locked, offer.compiled().bytes());
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
    changing(lock -> {
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

  // ---- verifying

  /// Files of the store that no lock names.
  public List<String> strays() throws IOException, GemRefusedException {
    List<String> named = lock().gems().stream().map(gem -> gem.digest() + ".gem").toList();
    Path gems = folder.resolve("gems");
    if (!Files.isDirectory(gems)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(gems)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !named.contains(name))
          .sorted()
          .toList();
    }
  }

  /// What is wrong with an installed gem; empty where nothing is. The gem is read, its signature
  /// checked and its script compiled anew.
  public Optional<String> fault(LockedGem locked) throws IOException {
    try {
      Files.deleteIfExists(compiledFile(locked));
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

  // ---- files

  private interface Change {
    Lock of(Lock lock) throws IOException, GemRefusedException;
  }

  private void changing(Change change) throws IOException, GemRefusedException {
    createPrivate(folder);
    Files.createDirectories(folder.resolve("gems"));
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = tryLock(channel)) {
      if (held == null) {
        throw new GemRefusedException("another program is changing the installed rulesets");
      }
      Lock changed = change.of(lock());
      replace(folder.resolve(LOCK), changed.bytes());
      sweep(changed);
    }
  }

  private static @org.jspecify.annotations.Nullable FileLock tryLock(FileChannel channel)
      throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /// Takes away gems that the lock no longer names.
  private void sweep(Lock lock) throws IOException, GemRefusedException {
    for (String stray : strays()) {
      Files.deleteIfExists(folder.resolve("gems").resolve(stray));
    }
    List<Path> compiled = lock.gems().stream().map(this::compiledFile).toList();
    if (Files.isDirectory(folder.resolve("compiled"))) {
      try (Stream<Path> files = Files.list(folder.resolve("compiled"))) {
        for (Path file : files.filter(it -> !compiled.contains(it)).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private Path file(String digest) {
    return folder.resolve("gems").resolve(digest + ".gem");
  }

  private static void createPrivate(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder.toAbsolutePath().getParent());
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  /// Puts a whole file in its place, or leaves what was there.
  private static void replace(Path file, byte[] bytes) throws IOException {
    Path beside = Files.createTempFile(file.getParent(), ".new-", "");
    try {
      try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
          channel.write(left);
        }
        channel.force(true);
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel parent = FileChannel.open(file.getParent())) {
        parent.force(true);
      }
    } finally {
      Files.deleteIfExists(beside);
    }
  }
}
