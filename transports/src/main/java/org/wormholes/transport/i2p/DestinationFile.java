package org.wormholes.transport.i2p;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/// The private key of a destination, in a file that only its owner reads. Who has it is the
/// destination.
final class DestinationFile {
  private static final int MAX_BYTES = 16 * 1024;

  private final Path file;

  DestinationFile(Path file) {
    this.file = file;
  }

  /// The key as SAM prints it; empty if none was kept yet.
  Optional<String> read() throws IOException {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw notAKey();
      }
      String key = Files.readString(file, StandardCharsets.US_ASCII).strip();
      if (I2pName.destinationOfPrivate(key).isEmpty()) {
        throw notAKey();
      }
      return Optional.of(key);
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }

  private IOException notAKey() {
    return new IOException(
        file + " does not hold a private key of I2P; remove it to get a new destination");
  }

  void write(String key) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap((key + "\n").getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        var _ = channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
