/// Tunnels inside the same program: a connection as a blocking channel, or as a Netty channel.
@NullMarked
package org.wormholes.transport.embed;

import org.jspecify.annotations.NullMarked;
