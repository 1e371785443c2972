package org.wormholes.runtime.spi;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.wormholes.protocol.circuit.NameQuestion;

/// The internet as an exit sees it. Nothing else in the engine may reach a destination or resolve a
/// name.
public interface Outside {
  void connect(Loop loop, InetSocketAddress address, Duration timeout, DialListener listener);

  /// Opens a UDP socket on an ephemeral port.
  Datagrams datagrams(Loop loop, DatagramListener listener);

  /// Resolves `host` to its addresses. `servers` are `ip:port`, `tls://ip:port` or
  /// `https://ip:port/path`, as rules have them; none means the system's resolver.
  ///
  /// @param family 4, 6, or 0 for both
  void resolve(Loop loop, String host, int family, List<String> servers, ResolveListener listener);

  /// Asks for records of a name.
  ///
  /// @param servers as for [#resolve]
  /// @param allowed which addresses may stand in the answer; records with another one are left out
  default void ask(
      Loop loop,
      NameQuestion question,
      List<String> servers,
      Predicate<InetAddress> allowed,
      AskListener listener) {
    listener.onUnanswered(NameFailure.FAILED);
  }

  /// A UDP socket.
  interface Datagrams {
    void send(InetSocketAddress to, byte[] array, int offset, int length);

    void flush();

    void close();
  }

  /// Hears arriving datagrams; `data` is valid for the call only.
  interface DatagramListener {
    void onDatagram(InetSocketAddress from, ByteBuffer data);
  }

  /// Exactly one method is called, on the loop asked for. Addresses come in the order to try them.
  interface ResolveListener {
    /// @param addresses none where the name exists and has no address of the family asked for
    /// @param timeToLive how long that may be remembered
    void onResolved(List<InetAddress> addresses, Duration timeToLive);

    /// @param timeToLive how long that may be remembered
    void onUnresolved(NameFailure why, Duration timeToLive);
  }

  /// Exactly one method is called, on the loop asked for.
  interface AskListener {
    /// @param message a response of DNS (RFC 1035 section 4), whose code may say that there is no
    ///   such name; its identifier is 0
    /// @param timeToLive how long it may be remembered
    void onAnswered(byte[] message, Duration timeToLive);

    void onUnanswered(NameFailure why);
  }
}
