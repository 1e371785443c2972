package org.wormholes.runtime.control;

/// A port that is open on this machine.
///
/// @param tunnel the tunnel it belongs to; empty for the engine's own ports
/// @param kind `socks`, `http`, `forward`, `carrier`
/// @param address `host:port` actually bound, the port is never 0
/// @param note what else is understood there, or where a forward leads; may be empty
public record ListenView(String tunnel, String kind, String address, String note) {}
