package org.wormholes.dsl;

/// How much of Ruby a ruleset may use.
public enum Tier {
  /// The file is read from its syntax tree and no Ruby runs: for everybody's files.
  STATIC,

  /// JRuby runs the file's description words, with all of Ruby at hand. For one's own files only:
  /// it is no sandbox.
  FULL
}
