package org.wormholes.dsl.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;

/// Reads files with two system calls. What the JDK has for it asks about the file as well, which is
/// not answered in the sandbox: a file can be opened there, or is not there.
final class OpenedFile {
  private static final int AT_FDCWD = -100;
  // Nothing is waited for: a pipe that lies in the folder is empty.
  private static final int CLOSE_ON_EXEC_NON_BLOCKING = 0x80000 | 0x800;
  private static final int CHUNK = 64 << 10;

  private OpenedFile() {}

  /// At most the first `most` bytes; empty where there is no such file.
  static Optional<byte[]> read(Path file, int most) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(file.toString());
      int opened =
          (int)
              Kernel.call(
                  SystemCall.OPENAT, AT_FDCWD, name.address(), CLOSE_ON_EXEC_NON_BLOCKING, 0);
      if (opened < 0) {
        return Optional.empty();
      }
      try {
        return read(opened, most, arena.allocate(CHUNK));
      } finally {
        Kernel.close(opened);
      }
    }
  }

  private static Optional<byte[]> read(int opened, int most, MemorySegment chunk) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (bytes.size() < most) {
      long wanted = Math.min(CHUNK, most - bytes.size());
      long count = Kernel.call(SystemCall.READ, opened, chunk.address(), wanted);
      if (count < 0) {
        return Optional.empty();
      }
      if (count == 0) {
        break;
      }
      bytes.writeBytes(chunk.asSlice(0, count).toArray(JAVA_BYTE));
    }
    return Optional.of(bytes.toByteArray());
  }
}
