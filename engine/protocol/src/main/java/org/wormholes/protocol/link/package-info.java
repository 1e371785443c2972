/// The session of two neighbours over a carrier: handshake, frames, credit.
@NullMarked
package org.wormholes.protocol.link;

import org.jspecify.annotations.NullMarked;
