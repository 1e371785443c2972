package org.wormholes.transport.i2p;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// What a session is asked to be.
///
/// @param router where the router's SAM bridge listens
/// @param hops routers in each tunnel, each way, 0..7; fewer are faster and hide less
/// @param tunnels tunnels each way, 1..16
/// @param options further options of the session, as the router names them
/// @param key file that keeps the destination between runs; without one it is a new one each time
public record SamSettings(
    InetSocketAddress router,
    int hops,
    int tunnels,
    Map<String, String> options,
    Optional<Path> key) {
  /// What I2P itself uses for applications.
  public static final int DEFAULT_HOPS = 3;

  /// i2pd publishes where it is reached only when a tunnel is built while another is ready; with
  /// fewer than 3 it now and then never does.
  public static final int DEFAULT_TUNNELS = 4;

  private static final int MAX_OPTIONS = 32;

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
  }

  /// A session with a destination of its own for this run.
  public static SamSettings of(InetSocketAddress router) {
    return new SamSettings(router, DEFAULT_HOPS, DEFAULT_TUNNELS, Map.of(), Optional.empty());
  }

  public SamSettings withHops(int number) {
    return new SamSettings(router, number, tunnels, options, key);
  }

  public SamSettings withOptions(Map<String, String> other) {
    return new SamSettings(router, hops, tunnels, other, key);
  }

  public SamSettings withKey(Path file) {
    return new SamSettings(router, hops, tunnels, options, Optional.of(file));
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
