/// What a transport implements and what the engine offers it.
@NullMarked
package org.wormholes.runtime.spi;

import org.jspecify.annotations.NullMarked;
