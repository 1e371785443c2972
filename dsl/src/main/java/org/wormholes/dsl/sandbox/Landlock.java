package org.wormholes.dsl.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/// The kernel's Landlock: a thread gives up all files but those named, all TCP, signals to others
/// and abstract sockets, for itself and for every process it starts.
///
/// It binds to the calling thread and can't be undone, so it is taken on a thread that is thrown
/// away.
final class Landlock implements AutoCloseable {
  /// The version that knows all of what is given up here: Linux 6.12.
  static final int LEAST_VERSION = 6;

  private static final long VERSION_ASKED = 1;
  private static final int PATH_BENEATH = 1;

  private static final long EXECUTE = 1L;
  private static final long READ_FILE = 1L << 2;
  private static final long READ_FOLDER = 1L << 3;

  /// Every right on files that version 6 knows, so that what is not granted is refused.
  private static final long ALL_OF_FILES = (1L << 16) - 1;

  /// To bind and to connect.
  private static final long ALL_OF_TCP = 3;

  /// Abstract Unix sockets, and signals.
  private static final long ALL_SCOPES = 3;

  private static final int NO_NEW_PRIVILEGES = 38;
  private static final int CAPABILITIES_VERSION_3 = 0x20080522;
  private static final int AT_FDCWD = -100;
  private static final int O_PATH_CLOEXEC = 0x200000 | 0x80000;

  private final int ruleset;

  private Landlock(int ruleset) {
    this.ruleset = ruleset;
  }

  /// The kernel's version of Landlock, 0 where there is none.
  static int version() {
    return (int) Math.max(0, Kernel.call(SystemCall.LANDLOCK_CREATE_RULESET, 0, 0, VERSION_ASKED));
  }

  static Landlock granting(List<Grant> grants) throws SandboxUnavailableException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(24, 8);
      attributes.set(JAVA_LONG, 0, ALL_OF_FILES);
      attributes.set(JAVA_LONG, 8, ALL_OF_TCP);
      attributes.set(JAVA_LONG, 16, ALL_SCOPES);
      int ruleset =
          (int)
              Kernel.must(
                  "making a Landlock ruleset",
                  SystemCall.LANDLOCK_CREATE_RULESET,
                  attributes.address(),
                  attributes.byteSize(),
                  0);
      Landlock landlock = new Landlock(ruleset);
      try {
        for (Grant grant : grants) {
          landlock.add(grant, arena);
        }
      } catch (SandboxUnavailableException e) {
        landlock.close();
        throw e;
      }
      return landlock;
    }
  }

  private void add(Grant grant, Arena arena) throws SandboxUnavailableException {
    String purpose = "granting " + grant.path();
    byte[] name = grant.path().toString().getBytes(StandardCharsets.UTF_8);
    MemorySegment path = arena.allocate(name.length + 1L);
    MemorySegment.copy(name, 0, path, JAVA_BYTE, 0, name.length);
    int opened =
        (int) Kernel.must(purpose, SystemCall.OPENAT, AT_FDCWD, path.address(), O_PATH_CLOEXEC, 0);
    try {
      long rights = READ_FILE;
      rights |= grant.executable() ? EXECUTE : 0;
      rights |= Files.isDirectory(grant.path()) ? READ_FOLDER : 0;
      MemorySegment beneath = arena.allocate(12, 8);
      beneath.set(JAVA_LONG_UNALIGNED, 0, rights);
      beneath.set(JAVA_INT_UNALIGNED, 8, opened);
      Kernel.must(
          purpose, SystemCall.LANDLOCK_ADD_RULE, ruleset, PATH_BENEATH, beneath.address(), 0);
    } finally {
      Kernel.close(opened);
    }
  }

  /// Locks in the calling thread, for good: no privileges from programs it runs, no capabilities,
  /// nothing but what was granted.
  void restrictThread() throws SandboxUnavailableException {
    Kernel.must("giving up privileges", SystemCall.PRCTL, NO_NEW_PRIVILEGES, 1, 0, 0, 0);
    Kernel.must("entering Landlock", SystemCall.LANDLOCK_RESTRICT_SELF, ruleset, 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment header = arena.allocate(8, 4);
      header.set(JAVA_INT, 0, CAPABILITIES_VERSION_3);
      MemorySegment none = arena.allocate(24, 4);
      Kernel.must("giving up capabilities", SystemCall.CAPSET, header.address(), none.address());
    }
  }

  @Override
  public void close() {
    Kernel.close(ruleset);
  }
}
