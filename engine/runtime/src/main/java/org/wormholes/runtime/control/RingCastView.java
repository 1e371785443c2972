package org.wormholes.runtime.control;

/// A text that goes to all members of a ring.
///
/// @param network its name
/// @param told members that were told from here, each of which tells a part of the others
public record RingCastView(String network, int told) {}
