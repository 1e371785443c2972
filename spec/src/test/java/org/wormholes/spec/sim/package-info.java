/// A network of the real protocol machines in one thread and virtual time, and the faults that it
/// must bear.
@NullMarked
package org.wormholes.spec.sim;

import org.jspecify.annotations.NullMarked;
