package org.wormholes.runtime.spi;

import java.util.function.Consumer;
import org.wormholes.protocol.circuit.NameQuestion;

/// Checks the signatures of answers about names (RFC 4035 section 5). It remembers keys it found to
/// be good, so one belongs to one way on which names are asked. It belongs to one loop.
public interface NameChecker {
  /// Asks a question that wants signatures, and for the keys that made them, and checks them.
  ///
  /// @param asker whom each of the questions is asked, and nobody else
  /// @param answer hears once, now or later, on `loop`: records, secure or of a zone that is not
  ///   signed; or why there are none
  void check(NameQuestion question, Asker asker, Loop loop, Consumer<NameAnswer> answer);

  /// Whoever answers questions, unchecked.
  interface Asker {
    /// Called on the loop, and answers there, once.
    void ask(NameQuestion question, Consumer<NameAnswer> answer);
  }
}
