package org.wormholes.runtime.control;

import java.io.IOException;
import java.util.List;

/// Compiles scripts for whoever asks by the control API. No Ruby runs in the engine's process, so a
/// script that needs it is not checked here.
@FunctionalInterface
public interface ScriptChecker {
  /// Where nothing can be compiled.
  ScriptChecker NONE =
      request -> {
        throw new IOException("this engine compiles nothing");
      };

  /// What is to be said of the script.
  ///
  /// @throws IOException if it cannot be read, or not be checked without running Ruby
  Checked check(CheckRequest request) throws IOException;

  /// What is to be checked.
  ///
  /// @param file as the person named it, and as messages will
  /// @param folder where that name is to be understood, an absolute path
  /// @param strict whether warnings are errors
  /// @param colours whether the text may have escape sequences for colours
  record CheckRequest(String file, String folder, boolean strict, boolean colours) {}

  /// The outcome, for programs and for people.
  record Checked(CheckReport report, List<String> text) {
    public Checked {
      text = List.copyOf(text);
    }
  }
}
