package org.wormholes.spec.sim;

/// What goes wrong in a simulation.
enum Fault {
  /// A carrier between two parties breaks.
  BREAK_WIRE,
  /// A relay that is no exit loses all it knows and starts again.
  CRASH_RELAY,
  /// An exit does.
  CRASH_EXIT,
  /// Some nodes cannot reach the others for a while.
  PARTITION,
  /// Someone on a wire changes, repeats or reorders what passes.
  TAMPER,
  /// A relay marks a cell, to recognize it elsewhere.
  TAG,
  /// A relay repeats a cell.
  REPLAY,
  /// A relay swaps two cells.
  SWAP,
  /// A relay loses a cell.
  DROP,
  /// A relay makes a cell up.
  INJECT,
  /// A relay sends an old set-up packet again.
  REPLAY_SETUP,
  /// A node forges a descriptor of another.
  FORGE,
  /// The client moves its streams to a new circuit.
  ROTATE,
  /// An application stops reading for a while.
  STALL
}
