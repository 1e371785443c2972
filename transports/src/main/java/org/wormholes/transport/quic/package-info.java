/// Links over QUIC: one stream a connection, which outlives a change of the dialler's address.
@NullMarked
package org.wormholes.transport.quic;

import org.jspecify.annotations.NullMarked;
