package org.wormholes.runtime.sniff;

/// What came of reading the beginning of a stream.
sealed interface Reading {
  Reading MORE = new More();
  Reading OTHER = new Other();
  Reading NAMELESS = new Said("");

  /// It may become what is looked for.
  record More() implements Reading {}

  /// It is something else.
  record Other() implements Reading {}

  /// It is what is looked for; the name may be empty.
  record Said(String name) implements Reading {}
}
