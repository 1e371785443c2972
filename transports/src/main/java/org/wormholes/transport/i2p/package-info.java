/// I2P: routers, sessions and streams through SAM, the protocol by which a router serves programs.
@NullMarked
package org.wormholes.transport.i2p;

import org.jspecify.annotations.NullMarked;
