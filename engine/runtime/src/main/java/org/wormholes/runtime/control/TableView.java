package org.wormholes.runtime.control;

/// A table that a node can use.
///
/// @param network its name
/// @param id the hash of its rules, for people
/// @param replicas how many members of the ring keep each key
/// @param quorum how many of them must have taken a write
public record TableView(String network, String name, String id, int replicas, int quorum) {}
