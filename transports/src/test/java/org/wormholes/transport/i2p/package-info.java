@NullMarked
package org.wormholes.transport.i2p;

import org.jspecify.annotations.NullMarked;
