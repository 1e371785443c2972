package org.wormholes.protocol.noise;

/// One step of a message pattern (Noise section 7.1; E1 and EKEM1 from the draft on hybrid forward
/// secrecy).
enum Token {
  E,
  S,
  EE,
  ES,
  SE,
  SS,
  PSK,
  E1,
  EKEM1
}
