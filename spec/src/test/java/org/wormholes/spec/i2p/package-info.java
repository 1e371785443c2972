/// Real I2P routers, and what runs over them.
@NullMarked
package org.wormholes.spec.i2p;

import org.jspecify.annotations.NullMarked;
