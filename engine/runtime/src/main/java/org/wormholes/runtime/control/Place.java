package org.wormholes.runtime.control;

/// Where in a script something was written.
///
/// @param file as it was named to the compiler
/// @param line from 1
/// @param column from 1
/// @param text the source itself, shortened to one line; may be empty
public record Place(String file, int line, int column, String text) {
  /// `file:line`, as editors and terminals take it.
  public String brief() {
    return file + ":" + line;
  }
}
