package org.wormholes.rules;

/// Which flows never share a circuit.
///
/// @param byUser flows with different proxy credentials
/// @param byDestination flows to different hosts or ports
public record Isolation(boolean byUser, boolean byDestination) {
  /// Both.
  public static final Isolation DEFAULT = new Isolation(true, true);
}
