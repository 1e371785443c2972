package org.wormholes.protocol.link;

/// First byte of what stands in a record. See `spec/protocol/link.md`, section 5.
final class Frames {
  static final int LARGE = 1;
  static final int SMALL = 2;
  static final int DESTROY = 3;
  static final int CREDIT = 4;
  static final int PADDING = 5;
  static final int PING = 6;
  static final int PONG = 7;
  static final int DIRECTORY = 8;
  static final int CLOSE = 9;
  static final int RECEIPT = 10;

  /// Type and length of everything that is not a cell.
  static final int FRAME_HEADER = 3;

  private Frames() {}
}
