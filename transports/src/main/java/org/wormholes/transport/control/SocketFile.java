package org.wormholes.transport.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The place of a control socket in the file system.
final class SocketFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private SocketFile() {}

  /// Makes sure that a socket can be bound at `socket`, and that nobody else could have.
  static void prepare(Path socket) throws IOException {
    Path folder = socket.getParent();
    if (folder == null) {
      throw new IOException("a control socket needs a folder: " + socket);
    }
    if (Files.notExists(folder)) {
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      // Whatever the process's mask says.
      Files.setPosixFilePermissions(folder, OWNER_ONLY);
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException("the folder of the control socket may be written by others: " + folder);
    }
    if (Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      removeStale(socket);
    }
  }

  private static void removeStale(Path socket) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isOther()) {
      throw new IOException("in the way of the control socket is something else: " + socket);
    }
    if (isAnswered(socket)) {
      throw new IOException("an engine already listens on " + socket);
    }
    Files.delete(socket);
  }

  private static boolean isAnswered(Path socket) {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return probe.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException nobody) {
      return false;
    }
  }
}
