package org.wormholes.runtime;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.runtime.control.EngineControl.Applied;
import org.wormholes.runtime.spi.EntrySpec;

/// What runs: one applied ruleset, its tunnels, and what each open port is for. Replaced as a whole
/// by one write. Whoever decides about a flow reads it once, so that the flow sees all of the new
/// rules or none.
///
/// @param entries what flows at each door are for, in the order of the ruleset; a door that is not
///   among them takes no flows
record Running(
    Optional<Applied> applied,
    Optional<Switchboard> switchboard,
    Map<EntryDoor, EntrySpec> entries) {
  static final Running NOTHING = new Running(Optional.empty(), Optional.empty(), Map.of());

  Running {
    entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
  }

  Map<String, RunningTunnel> tunnels() {
    return switchboard.map(Switchboard::tunnels).orElse(Map.of());
  }

  Optional<RunningTunnel> tunnel(String name) {
    return switchboard.flatMap(rules -> rules.tunnel(name));
  }

  Map<String, RunningGroup> groups() {
    return switchboard.map(Switchboard::groups).orElse(Map.of());
  }

  Optional<RunningGroup> group(String name) {
    return switchboard.flatMap(rules -> rules.group(name));
  }

  Map<String, RunningGateway> gateways() {
    return switchboard.map(Switchboard::gateways).orElse(Map.of());
  }

  Optional<RunningGateway> gateway(String name) {
    return switchboard.flatMap(rules -> rules.gateway(name));
  }

  /// Whether flows may be sent to something of that name.
  boolean leadsBy(String name) {
    return tunnel(name).isPresent() || group(name).isPresent() || gateway(name).isPresent();
  }

  List<EntryDoor> doors() {
    return List.copyOf(entries.keySet());
  }
}
