package org.wormholes.runtime.local;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The processes of this machine and what they have open, as `/proc` tells (proc(5)). Of processes
/// of other users only their user is told, unless the engine runs as root.
final class ProcessTable {
  private static final int MAX_PROCESSES = 65_536;
  private static final int MAX_DESCRIPTORS = 65_536;

  private final Path proc;

  ProcessTable(Path proc) {
    this.proc = proc;
  }

  /// A process, and its user as the system names it.
  record Owned(Path folder, int uid, String user) {}

  List<Owned> processes() throws IOException {
    List<Owned> all = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path folder : folders) {
        owned(folder).ifPresent(all::add);
        if (all.size() == MAX_PROCESSES) {
          break;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return all;
  }

  static Optional<Owned> owned(Path folder) {
    try {
      var facts = Files.readAttributes(folder, "unix:uid,owner", LinkOption.NOFOLLOW_LINKS);
      return facts.get("uid") instanceof Integer uid
          ? Optional.of(new Owned(folder, uid, String.valueOf(facts.get("owner"))))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // it has ended
    }
  }

  /// Whether the process has this socket open.
  static boolean holds(Path process, long inode) {
    Path wanted = Path.of("socket:[" + inode + "]");
    try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
      int seen = 0;
      for (Path descriptor : open) {
        if (leadsTo(descriptor, wanted)) {
          return true;
        }
        if (++seen == MAX_DESCRIPTORS) {
          return false;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return false; // it has ended, or belongs to someone else
    }
    return false;
  }

  private static boolean leadsTo(Path descriptor, Path wanted) {
    try {
      return Files.readSymbolicLink(descriptor).equals(wanted);
    } catch (IOException e) {
      return false; // closed by now
    }
  }

  /// Where the program of a process stands; empty when that is not told.
  static String executable(Path process) {
    try {
      String path = Files.readSymbolicLink(process.resolve("exe")).toString();
      return path.endsWith(" (deleted)")
          ? path.substring(0, path.length() - " (deleted)".length())
          : path;
    } catch (IOException e) {
      return "";
    }
  }
}
