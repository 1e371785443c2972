package org.wormholes.runtime.spi;

/// A byte stream with a neighbour, an application or a destination. Every method is called on the
/// connection's own loop.
public interface Connection {
  Loop loop();

  /// Copies `length` bytes into the outgoing buffer. Nothing reaches the system before [#flush()].
  /// Never blocks and never refuses: who writes watches [#writable()].
  void write(byte[] array, int offset, int length);

  void flush();

  /// False while more than the high mark is waiting to be sent; [ConnectionHandler#onWritable()]
  /// tells when it has fallen to the low mark.
  boolean writable();

  /// Bytes written and not yet taken by the system.
  long pendingBytes();

  /// Turns reading on or off. A new connection does not read until told to.
  void reading(boolean on);

  /// Puts bytes that a handler heard back in front of all that is still to come: whoever is the
  /// handler when reading is on hears them, and then the end of the input if that was heard too.
  /// `bytes` are copied.
  void unread(byte[] bytes, boolean inputFinished);

  /// Ends the outgoing direction once everything written has been sent (TCP FIN).
  void finish();

  /// Sends what is waiting, then closes both directions.
  void close();

  /// Closes at once; where the carrier knows a reset (TCP RST), the other side sees one.
  void abort();

  /// The far address as `host:port`, for diagnostics only. Never logged at info or above.
  String remoteAddress();

  String localAddress();

  /// Whether it was made from an address that this machine no longer has, so that nothing will come
  /// by it again. False where that is not known. Asks the system.
  default boolean stranded() {
    return false;
  }

  /// Who hears of this connection from now on.
  void handler(ConnectionHandler handler);

  /// Moves the connection to another loop and runs `done` there. No event is delivered in between.
  void moveTo(Loop loop, Runnable done);
}
