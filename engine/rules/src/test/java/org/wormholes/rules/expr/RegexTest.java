package org.wormholes.rules.expr;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegexTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "^www\\.; www.example.org; true",
        "^www\\.; xwww.example.org; false",
        "\\.(jpg|png)$; a.png; true",
        "[a-c]{2,3}x; zabx; true",
        "[^a-c]; abc; false",
        "[[:digit:]]+; a1; true",
        "\\bcat\\b; a cat sat; true",
        "(?:ab)*c; ababc; true",
        "\\x41; A; true",
        "a-b]}; a-b]}; true",
        "[a\\]-]; ]; true",
      })
  void findsPatterns(String source, String text, boolean found) {
    assertThat(Regex.of(source).isFoundIn(text)).isEqualTo(found);
  }

  @Test
  void anchorsStandForTheWholeText() {
    assertThat(Regex.of("^b$").isFoundIn("a\nb\nc")).isFalse();
    assertThat(Regex.of("a.b").isFoundIn("a\nb")).isFalse();
    assertThat(Regex.of("a.b", false, true).isFoundIn("a\nb")).isTrue();
    assertThat(Regex.of("AB", true, false).isFoundIn("xaby")).isTrue();
    assertThat(Regex.of("").isFoundIn("x".repeat(Expr.MAX_TEXT))).isTrue();
    assertThat(Regex.of("").isFoundIn("x".repeat(Expr.MAX_TEXT + 1))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "(a; 0; this `(` is not closed",
        "a); 1; this `)` closes nothing",
        "*a; 0; this `*` repeats nothing",
        "a**; 1; only one repetition may follow another with a group around it",
        "a(?=b); 2; look-ahead and look-behind cannot be matched in bounded time",
        "(a)\\1; 3; references back to a group cannot be matched in bounded time",
        "[z-a]; 1; a range in a class goes from one character to a later one",
        "[a; 0; this `[` is not closed",
        "x{3,2}; 1; a repetition is `{n}`, `{n,}` or `{n,m}` with n at most m",
        "(a{100}){100}; 13; a pattern must have at most 1000 states",
        "\\Z; 0; `\\Z` means nothing here",
        "(?<n>a); 1; only `(...)` and `(?:...)` are groups here",
        "^*; 0; an anchor cannot be repeated",
      })
  void saysWhereAPatternIsWrong(String source, int at, String message) {
    String rest = message;
    Regex.Fault fault = Regex.fault(source).orElseThrow();
    assertThat(fault.message()).startsWith(rest);
    assertThat(fault.at()).isEqualTo(at);
  }

  @Test
  void everyPatternItTakesCanBeMatched() {
    SplittableRandom random = new SplittableRandom(9);
    String[] pieces = {
      "a",
      "b",
      "0",
      ".",
      "^",
      "$",
      "|",
      "(",
      "(?:",
      ")",
      "[",
      "]",
      "^",
      "-",
      "\\d",
      "\\W",
      "\\b",
      "\\.",
      "\\x4f",
      "*",
      "+",
      "?",
      "{2}",
      "{0,3}",
      "{1,}",
      "{",
      "}",
      "[:alpha:]",
      "é",
      "\\z",
      ","
    };
    int taken = 0;
    for (int i = 0; i < 100_000; i++) {
      StringBuilder source = new StringBuilder();
      for (int n = random.nextInt(10); n >= 0; n--) {
        source.append(pieces[random.nextInt(pieces.length)]);
      }
      if (Regex.fault(source.toString()).isEmpty()) {
        taken++;
        Regex regex = Regex.of(source.toString(), i % 2 == 0, i % 3 == 0);
        boolean found = regex.isFoundIn("ab0Oé-,");
        assertThat(regex.isFoundIn("ab0Oé-,")).as("%s", source).isEqualTo(found);
      }
    }
    assertThat(taken).isGreaterThan(5000);
  }

  @Test
  void patternsThatKillBacktrackersTakeLittleTime() {
    String text = "a".repeat(Expr.MAX_TEXT);
    assertThat(Regex.of("(a+)+$").isFoundIn(text + "")).isTrue();
    assertThat(Regex.of("(a|a)*(a|a)*b").isFoundIn(text)).isFalse();
    assertThat(Regex.of("(a{0,20}){0,20}b").isFoundIn(text)).isFalse();
  }
}
