package org.wormholes.runtime.control;

import java.time.Instant;
import java.util.Map;

/// Something that happened in an engine. Events name tunnels, circuits and nodes, never
/// destinations.
///
/// @param at when
/// @param kind what
/// @param subject the tunnel, circuit or node it is about; may be empty
/// @param message one line for people
/// @param details further words by name
public record EngineEvent(
    Instant at, Kind kind, String subject, String message, Map<String, String> details) {
  public EngineEvent {
    details = Map.copyOf(details);
  }

  /// What happened.
  public enum Kind {
    APPLIED,
    /// An apply was taken back by itself; the details name the cause.
    ROLLED_BACK,
    TUNNEL_READY,
    TUNNEL_BLOCKED,
    /// A published service could not be reached; the subject is its address.
    SERVICE_MISSED,
    TUNNEL_REMOVED,
    CIRCUIT_BUILT,
    CIRCUIT_LOST,
    NODE_FOUND,
    NODE_LOST,
    LINK_UP,
    LINK_DOWN,
    /// New flows of a group take another member.
    GROUP_SWITCHED,
    /// A gateway starts, is ready or is down; the details name `phase` and `percent`.
    GATEWAY_CHANGED,
    /// A live fact has another value, and held it.
    FACT_CHANGED,
    FLOW_REFUSED,
    /// Somebody belongs to a closed network now, or with other roles.
    MEMBER_JOINED,
    /// Somebody does not belong to a closed network any more.
    MEMBER_LEFT,
    /// This node's own membership ends soon; said once a day.
    MEMBERSHIP_EXPIRING,
    /// A member of a ring has told all of them something.
    RING_CAST,
    STOPPING
  }
}
