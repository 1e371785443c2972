package org.wormholes.cli;

/// How far long work is, on one line of the terminal; silent where nobody watches.
final class Progress implements AutoCloseable {
  private final Reporting reporting;
  private final String what;
  private final int whole;
  private final boolean shown;
  private int percent = -1;

  private Progress(Reporting reporting, String what, int whole, boolean shown) {
    this.reporting = reporting;
    this.what = what;
    this.whole = whole;
    this.shown = shown;
  }

  static Progress of(Reporting reporting, String what, int whole) {
    return new Progress(reporting, what, whole, Reporting.isTerminal(2));
  }

  void reached(int done) {
    int now = whole == 0 ? 100 : (int) (100L * done / whole);
    if (shown && now != percent) {
      percent = now;
      reporting.err().print("\r%3d %% of %,d %s".formatted(now, whole, what));
      reporting.err().flush();
    }
  }

  @Override
  public void close() {
    if (percent >= 0) {
      reporting.err().print("\r" + " ".repeat(40) + "\r");
      reporting.err().flush();
    }
  }
}
