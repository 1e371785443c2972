package org.wormholes.dsl.sandbox;

import java.util.Locale;
import java.util.Optional;

/// An architecture whose system calls the sandbox knows. On any other there is no sandbox.
enum Machine {
  X86_64(0xC000003E),
  AARCH64(0xC00000B7);

  private final int auditArchitecture;

  Machine(int auditArchitecture) {
    this.auditArchitecture = auditArchitecture;
  }

  /// Its name for seccomp: ELF's number of the machine, marked as 64 bits wide and little-endian
  /// (`AUDIT_ARCH_…` of `linux/audit.h`).
  int auditArchitecture() {
    return auditArchitecture;
  }

  /// @param name as in the property `os.arch`
  static Optional<Machine> named(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "amd64" -> Optional.of(X86_64);
      case "aarch64" -> Optional.of(AARCH64);
      default -> Optional.empty();
    };
  }

  /// That of this process.
  ///
  /// @throws IllegalStateException if [Kernel#missing()] has something to say
  static Machine here() {
    String name = System.getProperty("os.arch");
    return named(name).orElseThrow(() -> new IllegalStateException("no sandbox on " + name));
  }
}
