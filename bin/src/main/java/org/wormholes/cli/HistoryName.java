package org.wormholes.cli;

/// How a ruleset that the engine keeps is named.
final class HistoryName {
  private HistoryName() {}

  static boolean isOne(String text) {
    return text.matches("running|previous|[0-9]{1,9}|(wr1-)?[0-9a-f]{4,64}");
  }

  static String checked(String text) {
    if (!isOne(text)) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "a number of the history or at least four characters of a digest are expected, was "
              + Clean.line(text, 80));
    }
    return text;
  }
}
