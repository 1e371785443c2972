package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.AddressRange;

/// Where a tunnel takes traffic in.
public sealed interface Entry {
  Listen listen();

  /// A SOCKS5 port; SOCKS4a and HTTP proxying are sniffed on it too.
  ///
  /// @param udp whether UDP ASSOCIATE is offered
  record Socks(Listen listen, boolean udp) implements Entry {
    public Socks {
      requireNonNull(listen, "listen");
    }
  }

  /// An HTTP proxy port: CONNECT and plain requests.
  record Http(Listen listen) implements Entry {
    public Http {
      requireNonNull(listen, "listen");
    }
  }

  /// A port whose every connection, or datagram, goes to one destination.
  ///
  /// @param host the destination's name or address, resolved at the exit
  record Forward(Listen listen, String host, int port, boolean udp) implements Entry {
    public Forward {
      requireNonNull(listen, "listen");
      host = Hosts.plain("the destination of a forward", host);
      Checks.within("a port", port, 1, 65_535);
    }
  }

  /// A DNS port. What is asked about a name goes the way that flows to it go.
  ///
  /// @param over what questions come in
  /// @param invents which names are answered with invented addresses
  /// @param addresses4 where invented IPv4 addresses come from
  /// @param addresses6 where invented IPv6 addresses come from
  /// @param dnssec how answers are checked; empty where they are passed on as they come
  record Dns(
      Listen listen,
      Over over,
      Invents invents,
      AddressRange addresses4,
      AddressRange addresses6,
      Optional<Dnssec> dnssec)
      implements Entry {
    /// The block for tests of networks (RFC 2544), which nobody's traffic goes to.
    public static final AddressRange ADDRESSES_4 =
        AddressRange.parse("198.18.0.0/15").orElseThrow();

    /// Unique local addresses (RFC 4193) of the random prefix that is this program's.
    public static final AddressRange ADDRESSES_6 =
        AddressRange.parse("fd5a:9c17:b3e4::/48").orElseThrow();

    private static final int MIN_FREE_BITS = 8;
    private static final int IPV4_AT = 96;

    public Dns {
      requireNonNull(listen, "listen");
      requireNonNull(over, "over");
      requireNonNull(invents, "invents");
      check(addresses4, true);
      check(addresses6, false);
      if (dnssec.isPresent() && invents == Invents.ALL) {
        throw new IllegalArgumentException(
            "where every address is invented no answer is left to be checked");
      }
    }

    /// A port that passes answers on as they come.
    public Dns(
        Listen listen,
        Over over,
        Invents invents,
        AddressRange addresses4,
        AddressRange addresses6) {
      this(listen, over, invents, addresses4, addresses6, Optional.empty());
    }

    public Dns(Listen listen, Invents invents) {
      this(listen, Over.UDP, invents, ADDRESSES_4, ADDRESSES_6);
    }

    private static void check(AddressRange range, boolean four) {
      if (!isUsable(range, four)) {
        throw new IllegalArgumentException(
            "invented addresses must be an IPv%d range of 256 addresses or more, none of them public, was %s"
                .formatted(four ? 4 : 6, range));
      }
    }

    /// Whether addresses can be invented within a range.
    ///
    /// @param four whether they are to be IPv4
    public static boolean isUsable(AddressRange range, boolean four) {
      AddressKind kind = AddressKind.of(range.first());
      boolean invented =
          kind == AddressKind.PRIVATE
              || kind == AddressKind.RESERVED
              || kind == AddressKind.DOCUMENTATION
              || kind == AddressKind.SHARED;
      int bits = range.prefixBits();
      return range.first().isIpv4() == four
          && (!four || bits >= IPV4_AT)
          && bits <= 128 - MIN_FREE_BITS
          && invented
          && kind == AddressKind.of(range.last());
    }

    /// What questions come in.
    public enum Over {
      /// UDP, and TCP on the same port (RFC 1035).
      UDP(0, "udp"),
      /// TLS (RFC 7858).
      TLS(1, "tls"),
      /// HTTP/2 or HTTP/1.1 in TLS (RFC 8484).
      HTTPS(2, "https");

      private final int id;
      private final String word;

      Over(int id, String word) {
        this.id = id;
        this.word = word;
      }

      public int id() {
        return id;
      }

      /// As scripts have it.
      public String word() {
        return word;
      }
    }

    /// Which names are answered with invented addresses: an entry that is told to go there goes to
    /// the name.
    public enum Invents {
      /// None; names under `onion`, `i2p` and `wormhole` do not exist then.
      NOTHING(0, "nothing"),
      /// Those that DNS does not know, and those that go to a gateway.
      SPECIAL(1, "special"),
      /// All that the rules do not refuse.
      ALL(2, "all");

      private final int id;
      private final String word;

      Invents(int id, String word) {
        this.id = id;
        this.word = word;
      }

      public int id() {
        return id;
      }

      /// As scripts have it.
      public String word() {
        return word;
      }
    }
  }

  /// A local address to listen on.
  ///
  /// @param host an address or `localhost`; 127.0.0.1 where nothing is said
  /// @param port 0 for any free one
  record Listen(String host, int port) {
    public static final String LOOPBACK = "127.0.0.1";

    public Listen {
      host = Hosts.plain("an address to listen on", host);
      Checks.within("a port", port, 0, 65_535);
    }

    public Listen(int port) {
      this(LOOPBACK, port);
    }
  }
}
