package org.wormholes.transport.i2p;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.wormholes.runtime.spi.FlowRequest;

/// What a session is asked to be.
///
/// @param router where the router's SAM bridge listens
/// @param hops routers in each tunnel, each way, 0..7; fewer are faster and hide less
/// @param tunnels tunnels each way, 1..16
/// @param options further options of the session, as the router names them
/// @param key file that keeps the destination between runs; without one it is a new one each time
/// @param login what the bridge asks of its clients; empty where it asks nothing
public record SamSettings(
    InetSocketAddress router,
    int hops,
    int tunnels,
    Map<String, String> options,
    Optional<Path> key,
    FlowRequest.Credentials login) {
  /// What I2P itself uses for applications.
  public static final int DEFAULT_HOPS = 3;

  /// i2pd publishes where it is reached only when a tunnel is built while another is ready; with
  /// fewer than 3 it now and then never does.
  public static final int DEFAULT_TUNNELS = 4;

  private static final int MAX_OPTIONS = 32;
  private static final FlowRequest.Credentials NOBODY = new FlowRequest.Credentials("", "");

  public SamSettings {
    if (router.isUnresolved() || !router.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "an I2P router must be at a loopback address, was " + router);
    }
    if (hops < 0 || hops > 7) {
      throw new IllegalArgumentException("hops of I2P must be 0..7, was " + hops);
    }
    if (tunnels < 1 || tunnels > 16) {
      throw new IllegalArgumentException("tunnels of I2P must be 1..16, was " + tunnels);
    }
    options = Map.copyOf(options);
    if (options.size() > MAX_OPTIONS) {
      throw new IllegalArgumentException("at most " + MAX_OPTIONS + " options of I2P");
    }
    options.forEach((name, value) -> {
      if (!name.matches("[A-Za-z0-9._-]{1,64}") || !value.matches("[A-Za-z0-9._,:-]{1,64}")) {
        throw new IllegalArgumentException(
            "an option of I2P must be one word and its value too, was " + name + "=" + value);
      }
    });
    for (String secret : new String[] {login.user(), login.password()}) {
      if (secret.chars().anyMatch(c -> c < ' ' || c == 0x7F)) {
        throw new IllegalArgumentException("a login of I2P can't hold control characters");
      }
    }
  }

  /// A session with a destination of its own for this run.
  public static SamSettings of(InetSocketAddress router) {
    return new SamSettings(
        router, DEFAULT_HOPS, DEFAULT_TUNNELS, Map.of(), Optional.empty(), NOBODY);
  }

  public SamSettings withHops(int number) {
    return new SamSettings(router, number, tunnels, options, key, login);
  }

  public SamSettings withOptions(Map<String, String> other) {
    return new SamSettings(router, hops, tunnels, other, key, login);
  }

  public SamSettings withKey(Path file) {
    return new SamSettings(router, hops, tunnels, options, Optional.of(file), login);
  }

  public SamSettings withLogin(FlowRequest.Credentials who) {
    return new SamSettings(router, hops, tunnels, options, key, who);
  }

  /// The first line of every socket. Routers answer the highest of the versions asked for; i2pd
  /// does so only if the lowest is 3.1. A login is of SAM 3.2.
  String greeting() {
    StringBuilder line = new StringBuilder("HELLO VERSION MIN=3.1 MAX=3.3");
    if (!login.user().isEmpty() || !login.password().isEmpty()) {
      line.append(" USER=").append(quoted(login.user()));
      line.append(" PASSWORD=").append(quoted(login.password()));
    }
    return line.append('\n').toString();
  }

  /// As values with blanks are written since SAM 3.2.
  private static String quoted(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /// The end of a `SESSION CREATE` (I2CP, "Client options").
  String words() {
    StringBuilder words = new StringBuilder();
    for (String direction : new String[] {"inbound", "outbound"}) {
      words.append(' ').append(direction).append(".length=").append(hops);
      words.append(' ').append(direction).append(".quantity=").append(tunnels);
    }
    options.forEach((name, value) -> words.append(' ').append(name).append('=').append(value));
    return words.toString();
  }
}
