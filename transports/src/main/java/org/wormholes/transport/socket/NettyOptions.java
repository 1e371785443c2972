package org.wormholes.transport.socket;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.uring.IoUring;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How the sockets of a process are driven.
///
/// @param polling the system interface that tells which sockets are ready
/// @param loops number of event loops, one thread each
/// @param congestionControl name of a TCP congestion control (`cubic`, `bbr`, …), or none to keep
///   the system's; ignored where the system cannot choose one per socket
/// @param highMark bytes waiting to be sent above which a connection is no longer writable
/// @param lowMark bytes waiting to be sent at which it is writable again
public record NettyOptions(
    Polling polling, int loops, Optional<String> congestionControl, int highMark, int lowMark) {
  private static final int MAX_LOOPS = 1024;

  /// The system interface behind an event loop, the best first: epoll serves many sockets that are
  /// read and written in turns faster than io_uring does today, and Java's own serves everywhere.
  public enum Polling {
    /// Linux, through a native library.
    EPOLL,
    /// Linux from 5.9 on where nobody forbids it, through a native library. For trial: with Netty
    /// 4.2.18 a stream stalls whose peer ended its direction and then reads slowly, and one that is
    /// moved to another loop while its peer does not read stays where it is.
    IO_URING,
    /// MacOS and the BSDs, through a native library.
    KQUEUE,
    /// Pure Java, everywhere.
    NIO;

    /// Why it cannot be used here, in the words of its library; empty where it can.
    public Optional<String> unavailable() {
      return switch (this) {
        case EPOLL -> reason(Epoll.unavailabilityCause());
        case IO_URING -> reason(IoUring.unavailabilityCause());
        case KQUEUE -> reason(KQueue.unavailabilityCause());
        case NIO -> Optional.empty();
      };
    }

    private static Optional<String> reason(@Nullable Throwable cause) {
      return Optional.ofNullable(cause)
          .map(it -> it.getCause() == null ? it : it.getCause())
          .map(it -> String.valueOf(it.getMessage()));
    }

    /// The word that an operator uses for it.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// The one of that word.
    ///
    /// @throws IllegalArgumentException if there is none, or it cannot be used here; the message is
    ///   shown to the operator
    public static Polling named(String word) {
      Polling found =
          Arrays.stream(values())
              .filter(it -> it.word().equals(word))
              .findFirst()
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "expected epoll, io_uring, kqueue or nio, was " + word));
      found
          .unavailable()
          .ifPresent(why -> {
            throw new IllegalArgumentException(word + " does not work here: " + why);
          });
      return found;
    }

    /// The first that works here.
    static Polling best() {
      return Arrays.stream(values())
          .filter(it -> it.unavailable().isEmpty())
          .findFirst()
          .orElseThrow();
    }
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

  /// One loop for two cores, the other being the kernel's and the compiler's; the system's
  /// congestion control, marks of 512 and 256 KiB. The polling is the first that works here; the
  /// system property `wormholes.transport` (`nio`, `epoll`, …) overrides it.
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
    try {
      return wish.isEmpty() ? Polling.best() : Polling.named(wish);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("wormholes.transport: " + e.getMessage(), e);
    }
  }

  private static void checkCongestionControl(String name) {
    if (!name.matches("[a-z0-9_-]{1,15}")) {
      throw new IllegalArgumentException(
          "congestion control must be 1..15 of a-z 0-9 _ -, was " + name);
    }
  }
}
