package org.wormholes.runtime.spi;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.wormholes.protocol.wire.Bytes;

/// What became of a question about a name.
public sealed interface NameAnswer {
  /// How long the answer may be remembered from now on.
  Duration timeToLive();

  /// Addresses of the type asked for; none where the name exists and has none, or no record of
  /// another type that was asked for.
  record Addresses(List<InetAddress> addresses, Duration timeToLive) implements NameAnswer {
    public Addresses {
      addresses = List.copyOf(addresses);
    }
  }

  /// Records.
  ///
  /// @param message a response of DNS as a stranger made it, to be read with care
  /// @param allowed which addresses may be passed on; records with others are left out
  /// @param secure whether every record was found to be signed as it should be (RFC 4035 section
  ///   3.2.3)
  record Records(Bytes message, Predicate<InetAddress> allowed, Duration timeToLive, boolean secure)
      implements NameAnswer {
    /// Records that nobody checked.
    public Records(Bytes message, Predicate<InetAddress> allowed, Duration timeToLive) {
      this(message, allowed, timeToLive, false);
    }
  }

  /// An answer that may not be believed.
  ///
  /// @param code an extended error (RFC 8914 section 4)
  /// @param why the same for people
  record Bogus(int code, String why, Duration timeToLive) implements NameAnswer {}

  /// No answer.
  record Nothing(NameFailure why, Duration timeToLive) implements NameAnswer {
    public Nothing(NameFailure why) {
      this(why, Duration.ZERO);
    }
  }

  /// The same answer with another time to live.
  default NameAnswer lasting(Duration other) {
    return switch (this) {
      case Addresses(List<InetAddress> addresses, _) -> new Addresses(addresses, other);
      case Records(Bytes message, Predicate<InetAddress> allowed, _, boolean secure) ->
          new Records(message, allowed, other, secure);
      case Bogus(int code, String why, _) -> new Bogus(code, why, other);
      case Nothing(NameFailure why, _) -> new Nothing(why, other);
    };
  }
}
