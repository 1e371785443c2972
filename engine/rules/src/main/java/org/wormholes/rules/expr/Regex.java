package org.wormholes.rules.expr;

import com.google.re2j.Pattern;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A regular expression that is matched in time linear in the text: no backtracking, no
/// back-references, no look-around.
///
/// The syntax is what Ruby and RE2 share: literals, `.`, `[...]` with ranges and `[:names:]`,
/// groups, `|`, `* + ? {n} {n,} {n,m}` and their lazy forms, `^ $ \A \z \b \B`, `\d \w \s` and
/// their opposites, `\t \n \r \f \v \xHH`. Unlike Ruby's, `^` and `$` stand for the ends of the
/// whole text: a condition must not be met by a line hidden in it. Matching makes some garbage; all
/// else of a condition makes none.
public final class Regex {
  /// The longest pattern, in characters.
  public static final int MAX_SOURCE = 256;

  /// The largest pattern, in states, with counted repetitions written out.
  public static final int MAX_STATES = 1000;

  /// What is wrong with a pattern, and at which of its characters.
  public record Fault(int at, String message) {}

  private final String source;
  private final boolean ignoresCase;
  private final boolean dotMatchesNewline;
  private final int states;
  private volatile @Nullable Pattern pattern; // made when first asked; compiling costs memory

  private Regex(String source, boolean ignoresCase, boolean dotMatchesNewline, int states) {
    this.source = source;
    this.ignoresCase = ignoresCase;
    this.dotMatchesNewline = dotMatchesNewline;
    this.states = states;
  }

  /// The expression; `ignoresCase` is Ruby's `/i`, `dotMatchesNewline` its `/m`. A source that
  /// [#fault] objects to is an [IllegalArgumentException].
  public static Regex of(String source, boolean ignoresCase, boolean dotMatchesNewline) {
    try {
      int states = new RegexSyntax(source).states();
      return new Regex(source, ignoresCase, dotMatchesNewline, states);
    } catch (RegexSyntax.Unsuitable unsuitable) {
      throw new IllegalArgumentException(unsuitable.getMessage(), unsuitable);
    }
  }

  public static Regex of(String source) {
    return of(source, false, false);
  }

  /// What keeps the source from being a regular expression, if anything does.
  public static Optional<Fault> fault(String source) {
    try {
      new RegexSyntax(source).states();
      return Optional.empty();
    } catch (RegexSyntax.Unsuitable unsuitable) {
      return Optional.of(unsuitable.fault());
    }
  }

  /// Whether the pattern is found anywhere in the text. Never in a text longer than
  /// [Expr#MAX_TEXT].
  public boolean isFoundIn(String text) {
    return text.length() <= Expr.MAX_TEXT && pattern().matcher(text).find();
  }

  private Pattern pattern() {
    Pattern made = pattern;
    if (made == null) {
      int flags =
          (ignoresCase ? Pattern.CASE_INSENSITIVE : 0) | (dotMatchesNewline ? Pattern.DOTALL : 0);
      made = Pattern.compile(source, flags);
      pattern = made;
    }
    return made;
  }

  public String source() {
    return source;
  }

  public boolean ignoresCase() {
    return ignoresCase;
  }

  public boolean dotMatchesNewline() {
    return dotMatchesNewline;
  }

  /// How many states matching may visit for each character.
  public int states() {
    return states;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Regex that
        && source.equals(that.source)
        && ignoresCase == that.ignoresCase
        && dotMatchesNewline == that.dotMatchesNewline;
  }

  @Override
  public int hashCode() {
    return source.hashCode() * 4 + (ignoresCase ? 2 : 0) + (dotMatchesNewline ? 1 : 0);
  }

  @Override
  public String toString() {
    return "/" + source + "/" + (ignoresCase ? "i" : "") + (dotMatchesNewline ? "m" : "");
  }
}
