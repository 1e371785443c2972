/// What the engine asks of the world: event loops, connections, carriers, entries, names.
/// Transports implement it.
@NullMarked
package org.wormholes.runtime.spi;

import org.jspecify.annotations.NullMarked;
