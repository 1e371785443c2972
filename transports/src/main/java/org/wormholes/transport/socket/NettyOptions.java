package org.wormholes.transport.socket;

import java.util.Locale;
import java.util.Optional;

/// How the sockets of a process are driven.
///
/// @param polling the system interface that tells which sockets are ready
/// @param loops number of event loops, one thread each; one per core is right
/// @param congestionControl name of a TCP congestion control (`cubic`, `bbr`, …), or none to keep
///   the system's; ignored where the system cannot choose one per socket
/// @param highMark bytes waiting to be sent above which a connection is no longer writable
/// @param lowMark bytes waiting to be sent at which it is writable again
public record NettyOptions(
    Polling polling, int loops, Optional<String> congestionControl, int highMark, int lowMark) {
  private static final int MAX_LOOPS = 1024;

  /// The system interface behind an event loop.
  public enum Polling {
    /// Linux only, through a native library.
    EPOLL,
    /// Pure Java, everywhere.
    NIO
  }

  public NettyOptions {
    if (loops < 1 || loops > MAX_LOOPS) {
      throw new IllegalArgumentException("loops must be 1.." + MAX_LOOPS + ", was " + loops);
    }
    if (lowMark < 0 || highMark < lowMark) {
      throw new IllegalArgumentException(
          "marks must be 0 <= low <= high: " + lowMark + ", " + highMark);
    }
    congestionControl.ifPresent(NettyOptions::checkCongestionControl);
  }

  /// One loop per core, the system's congestion control, marks of 512 and 256 KiB. The polling is
  /// epoll where it works; the system property `wormholes.transport` (`nio`, `epoll`) overrides it.
  public static NettyOptions defaults() {
    return new NettyOptions(
        defaultPolling(),
        Math.max(1, Runtime.getRuntime().availableProcessors()),
        Optional.empty(),
        512 * 1024,
        256 * 1024);
  }

  public NettyOptions withPolling(Polling other) {
    return new NettyOptions(other, loops, congestionControl, highMark, lowMark);
  }

  public NettyOptions withLoops(int number) {
    return new NettyOptions(polling, number, congestionControl, highMark, lowMark);
  }

  public NettyOptions withCongestionControl(String name) {
    return new NettyOptions(polling, loops, Optional.of(name), highMark, lowMark);
  }

  public NettyOptions withMarks(int high, int low) {
    return new NettyOptions(polling, loops, congestionControl, high, low);
  }

  private static Polling defaultPolling() {
    String wish = System.getProperty("wormholes.transport", "").toLowerCase(Locale.ROOT);
    return switch (wish) {
      case "nio" -> Polling.NIO;
      case "epoll" -> Polling.EPOLL;
      case "" -> Io.epollWorks() ? Polling.EPOLL : Polling.NIO;
      default ->
          throw new IllegalArgumentException(
              "wormholes.transport must be nio or epoll, was " + wish);
    };
  }

  private static void checkCongestionControl(String name) {
    if (!name.matches("[a-z0-9_-]{1,15}")) {
      throw new IllegalArgumentException(
          "congestion control must be 1..15 of a-z 0-9 _ -, was " + name);
    }
  }
}
