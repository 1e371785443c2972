package org.wormholes.rules.expr;

import java.util.List;
import java.util.regex.Pattern;

/// Names that belong to other networks and are asked of no resolver by accident: those under
/// `onion` (RFC 7686, section 2), and under `i2p`, `wormhole` and `peer` for the same reason.
/// Whoever asks tells the resolver whom its user wants to reach, and hears at best a stranger's
/// answer.
public final class SpecialNames {
  private static final List<String> ZONES = List.of("onion", "i2p", "wormhole", "peer");

  private static final Pattern SERVICE = Pattern.compile("(?:.*\\.)?[a-z2-7]{56}\\.wormhole");

  private SpecialNames() {}

  /// @param name in lower case, without a final dot
  public static boolean has(String name) {
    return ZONES.stream().anyMatch(zone -> name.equals(zone) || name.endsWith("." + zone));
  }

  /// Whether it names a published service: an address of 56 characters right under `wormhole`.
  public static boolean isService(Host host) {
    return host instanceof Host.Name(String name) && isService(name);
  }

  /// The same for a name in lower case, without a final dot.
  public static boolean isService(String name) {
    return name.endsWith(".wormhole") && SERVICE.matcher(name).matches();
  }

  /// Whether it names a node of a network, to be met by its key: anything under `peer`.
  public static boolean isPeer(Host host) {
    return host instanceof Host.Name(String name) && name.endsWith(".peer");
  }

  public static boolean has(Host host) {
    return host instanceof Host.Name(String name) && has(name);
  }
}
