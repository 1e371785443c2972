package org.wormholes.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Locale;

/// Asks the person at the terminal.
final class Question {
  static final String APPLY = "apply? [y/N] ";

  private Question() {}

  static boolean isAgreed(Reporting reporting) throws IOException {
    reporting.err().print(APPLY);
    reporting.err().flush();
    String answer =
        new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
    return answer != null && isYes(answer);
  }

  static boolean isYes(String answer) {
    return List.of("y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT));
  }
}
