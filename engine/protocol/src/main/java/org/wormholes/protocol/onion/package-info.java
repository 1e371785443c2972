/// Layers: building the set-up packet and peeling one hop from a cell.
@NullMarked
package org.wormholes.protocol.onion;

import org.jspecify.annotations.NullMarked;
