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
  record Records(Bytes message, Predicate<InetAddress> allowed, Duration timeToLive)
      implements NameAnswer {}

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
      case Records(Bytes message, Predicate<InetAddress> allowed, _) ->
          new Records(message, allowed, other);
      case Nothing(NameFailure why, _) -> new Nothing(why, other);
    };
  }
}
