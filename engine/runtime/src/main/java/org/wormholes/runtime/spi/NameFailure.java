package org.wormholes.runtime.spi;

/// Why a question about a name has no answer.
public enum NameFailure {
  /// There is no such name.
  NOT_FOUND,
  /// The rules do not let it be asked, or nothing that it leads to be reached.
  REFUSED,
  /// No name server answered in time.
  TIMED_OUT,
  /// No name server gave an answer that can be used.
  FAILED,
  /// Too many questions are open, or the answer is longer than can be carried.
  LIMIT
}
