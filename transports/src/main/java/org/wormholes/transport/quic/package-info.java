/// Links over QUIC: one stream a connection.
@NullMarked
package org.wormholes.transport.quic;

import org.jspecify.annotations.NullMarked;
