package org.wormholes.transport.tor;

/// What a tor, or something in its place, did that we can't go on with. The message is for a person
/// and holds no key and no destination.
final class TorException extends Exception {
  private static final long serialVersionUID = 1;

  TorException(String message) {
    super(message);
  }
}
