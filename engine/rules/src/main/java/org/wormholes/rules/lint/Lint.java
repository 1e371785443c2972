package org.wormholes.rules.lint;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;
import org.wormholes.rules.Position;

/// Something its author probably did not mean.
///
/// @param rulePath the rule, as in source maps
/// @param position where it stands, where that is known
/// @param message what is the matter
/// @param hint what to do about it
public record Lint(
    Kind kind, String rulePath, Optional<Position> position, String message, String hint) {
  /// What is the matter, in a word.
  public enum Kind {
    /// Earlier rules take all that it could take.
    SHADOWED,
    /// It comes after a rule that takes everything.
    UNREACHABLE,
    /// A condition, or a part of one, that is never true.
    NEVER_TRUE,
    /// A condition that is true whatever the flow.
    ALWAYS_TRUE,
    /// Traffic may leave, or be heard of, beside the tunnel.
    LEAKY,
    /// A path, or a destination, that cannot exist.
    UNSATISFIABLE,
    /// Described and never used.
    UNUSED,
    /// An expectation that cannot fail.
    IDLE;

    /// As programs read it: `never-true`.
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public Lint {
    requireNonNull(kind, "kind");
    requireNonNull(rulePath, "rulePath");
    requireNonNull(position, "position");
    requireNonNull(message, "message");
    requireNonNull(hint, "hint");
  }
}
