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
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The files of a [GemStore]. Each is written beside its place, forced to the disk and renamed; the
/// lock comes last, and one program at a time changes it.
final class StoreFolder {
  private static final String LOCK = "lock.yaml";

  private final Path folder;

  /// @param folder made when something is installed
  StoreFolder(Path folder) {
    this.folder = folder;
  }

  Path path() {
    return folder;
  }

  /// What is installed.
  Lock lock() throws IOException, GemRefusedException {
    try {
      return Lock.read(Files.readAllBytes(folder.resolve(LOCK)));
    } catch (NoSuchFileException e) {
      return Lock.EMPTY;
    }
  }

  /// The bytes of a gem as it came, of at most the length a gem may have.
  ///
  /// @throws NoSuchFileException where the store has none of this hash
  byte[] gem(String digest) throws IOException, GemRefusedException {
    return GemReader.bytes(file(digest));
  }

  /// Keeps a gem under its hash; what is there already stays.
  void keepGem(String digest, byte[] bytes) throws IOException {
    Path file = file(digest);
    if (!Files.exists(file)) {
      replace(file, bytes);
    }
  }

  /// What an installed gem was compiled to, as it was kept.
  byte[] compiled(LockedGem locked) throws IOException {
    return Files.readAllBytes(compiledFile(locked));
  }

  void keepCompiled(LockedGem locked, byte[] bytes) {
    try {
      Files.createDirectories(folder.resolve("compiled"));
      replace(compiledFile(locked), bytes);
    } catch (IOException e) {
      // Kept for speed only; the store may be on a disk that is full or can't be written.
      return;
    }
  }

  void forgetCompiled(LockedGem locked) throws IOException {
    Files.deleteIfExists(compiledFile(locked));
  }

  /// Files of the store that no lock names.
  List<String> strays() throws IOException, GemRefusedException {
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

  /// What becomes of the lock.
  interface Change {
    Lock of(Lock lock) throws IOException, GemRefusedException;
  }

  /// Replaces the lock, and takes away what the new one no longer names.
  ///
  /// @throws GemRefusedException if another program is at it, or the change refuses
  void change(Change change) throws IOException, GemRefusedException {
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

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
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
