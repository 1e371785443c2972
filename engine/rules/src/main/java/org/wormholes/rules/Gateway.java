package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import org.wormholes.rules.expr.Host;
import org.wormholes.rules.expr.SpecialNames;

/// A way into a network that is not ours, through a program that speaks for it (Tor, I2P, or a
/// proxy), or to the nodes of one of ours by their keys. Routes send flows to it as to a tunnel;
/// names are resolved beyond it.
///
/// @param server the program: of Tor its control port, of I2P its SAM port, of a proxy its own.
///   Without one, which only Tor and I2P may be, the engine starts the program and stops it
/// @param through the tunnel or gateway by which the program's own connections leave; without it
///   they leave as they are. A program that is not started by the engine can't be led
/// @param entries where traffic comes in; they take no datagrams
/// @param isolation which flows never share a circuit beyond the gateway, where it knows such
/// @param peers whose they are, of the kind that leads to peers, and of no other
public record Gateway(
    String name,
    Kind kind,
    Optional<Server> server,
    Optional<String> through,
    List<Entry> entries,
    Isolation isolation,
    Optional<Peers> peers) {

  /// What is spoken at the gateway.
  public enum Kind {
    TOR(1, "tor"),
    I2P(2, "i2p"),
    /// SOCKS5 (RFC 1928).
    SOCKS(3, "socks"),
    /// HTTP CONNECT (RFC 9110 section 9.3.6).
    HTTP(4, "http"),
    /// The nodes of a network of ours.
    PEERS(5, "peers");

    private final int id;
    private final String word;

    Kind(int id, String word) {
      this.id = id;
      this.word = word;
    }

    /// The number in canonical bytes; never reused.
    public int id() {
      return id;
    }

    /// The word in a ruleset.
    public String word() {
      return word;
    }

    /// Whether it is a program that the engine can start.
    public boolean isProgram() {
      return this == TOR || this == I2P;
    }
  }

  /// Where a program listens, and what it wants to hear first. The password is not shown.
  ///
  /// @param host name or address, in plain form; of a program on this machine an address
  /// @param user empty where there is none, as the password
  public record Server(String host, int port, String user, String password) {
    /// The longest user name and password, in characters (RFC 1929 has room for 255 bytes).
    public static final int MAX_SECRET = 63;

    public Server {
      host = Hosts.plain("the host of a server", host);
      Checks.within("a port", port, 1, 65_535);
      Checks.within("the length of a user name", user.length(), 0, MAX_SECRET);
      Checks.within("the length of a password", password.length(), 0, MAX_SECRET);
    }

    public Server(String host, int port) {
      this(host, port, "", "");
    }

    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /// The nodes of a network, met by key, and what this node has for them.
  ///
  /// @param network the name of the network in this ruleset
  /// @param published local services that they may connect to, each at another port
  public record Peers(String network, List<Publication> published) {
    public static final int MAX_PUBLISHED = 64;

    public Peers {
      Checks.name("a network", network);
      published = Checks.atMost("published services", published, MAX_PUBLISHED);
      if (published.stream().anyMatch(service -> !service.on().isEmpty())) {
        throw new IllegalArgumentException("what peers publish is on no gateway");
      }
      Checks.distinct("ports of services", published, it -> Integer.toString(it.port()));
    }
  }

  /// A gateway that leads to others than peers.
  public Gateway(
      String name,
      Kind kind,
      Optional<Server> server,
      Optional<String> through,
      List<Entry> entries,
      Isolation isolation) {
    this(name, kind, server, through, entries, isolation, Optional.empty());
  }

  public Gateway {
    Checks.name("a gateway", name);
    requireNonNull(kind, "kind");
    requireNonNull(server, "server");
    through.ifPresent(by -> Checks.name("what a gateway is reached through", by));
    entries = Checks.atMost("entries", entries, Tunnel.MAX_ENTRIES);
    requireNonNull(isolation, "isolation");
    if (peers.isPresent() != (kind == Kind.PEERS)) {
      throw new IllegalArgumentException("peers, and nobody else, belong to a network");
    }
    if (kind == Kind.PEERS && (server.isPresent() || through.isPresent())) {
      throw new IllegalArgumentException("peers `%s` are met, not reached through".formatted(name));
    }
    if (server.isEmpty() && !kind.isProgram() && kind != Kind.PEERS) {
      throw new IllegalArgumentException("gateway `%s` must say where it is".formatted(name));
    }
    if (kind.isProgram() && server.isPresent()) {
      if (through.isPresent()) {
        throw new IllegalArgumentException(
            "gateway `%s` is a program that runs already: it can't be led through `%s`"
                .formatted(name, through.get()));
      }
      if (!(Host.parse(server.get().host()).orElseThrow() instanceof Host.Literal)) {
        throw new IllegalArgumentException(
            "gateway `%s` must name its program by address, not `%s`"
                .formatted(name, server.get().host()));
      }
    }
    for (Entry entry : entries) {
      boolean datagrams =
          switch (entry) {
            case Entry.Socks(_, boolean udp) -> udp;
            case Entry.Forward(_, _, _, boolean udp) -> udp;
            case Entry.Http _, Entry.Dns _ -> false;
          };
      if (datagrams && kind != Kind.I2P) {
        throw new IllegalArgumentException(
            "gateway `%s` takes no datagrams: its entries can't have `udp`".formatted(name));
      }
    }
  }

  /// Whether a flow to a host may be sent there: datagrams into I2P only, and into I2P, and to
  /// peers, to their own names only.
  public boolean takes(Host host, Protocol protocol) {
    return (protocol == Protocol.TCP || kind == Kind.I2P)
        && !SpecialNames.isService(host)
        && switch (kind) {
          case I2P -> host instanceof Host.Name(String name) && name.endsWith(".i2p");
          case PEERS -> SpecialNames.isPeer(host);
          case TOR, SOCKS, HTTP -> !SpecialNames.isPeer(host);
        };
  }

  /// A proxy or a program, without anything more.
  public static Gateway of(String name, Kind kind, Server server) {
    return new Gateway(
        name, kind, Optional.of(server), Optional.empty(), List.of(), Isolation.DEFAULT);
  }

  /// Tor or I2P, started by the engine.
  public static Gateway started(String name, Kind kind) {
    return new Gateway(
        name, kind, Optional.empty(), Optional.empty(), List.of(), Isolation.DEFAULT);
  }

  /// Whether its own connections can be made to leave by another way.
  boolean canBeLed() {
    return kind != Kind.I2P && kind != Kind.PEERS && (kind != Kind.TOR || server.isEmpty());
  }

  /// The same where it stands behind the exit of a tunnel.
  Gateway behind(String tunnel, String by) {
    return new Gateway(
        Chains.nameBehind(tunnel, name),
        kind,
        server,
        Optional.of(by),
        List.of(),
        isolation,
        peers);
  }

  /// The same, reached through something else.
  public Gateway through(String by) {
    return new Gateway(name, kind, server, Optional.of(by), entries, isolation, peers);
  }
}
