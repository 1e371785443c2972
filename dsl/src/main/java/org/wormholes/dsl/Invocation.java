package org.wormholes.dsl;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.Position;
import org.wormholes.rules.expr.Scope;

/// One use of a word in a script, as either front end hands it to the [Builder].
record Invocation(
    String name,
    Position namePosition,
    Position position,
    List<Argument> arguments,
    List<Keyword> keywords,
    @Nullable Block block) {

  record Argument(Value value, Position position) {}

  record Keyword(String name, Position namePosition, Value value, Position position) {}

  /// The block that follows a word.
  interface Block {
    Position position();

    /// Runs the block with the words of a room.
    void run(RoomFrame frame);

    /// Reads the block as a condition or a score; it is never run.
    ///
    /// @throws Halt if it can't be; the problem is told
    Term condition(Scope scope);
  }
}
