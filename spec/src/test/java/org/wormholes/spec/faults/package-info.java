/// What goes wrong on purpose: processes killed, connections that never speak, readers that never
/// read.
@NullMarked
package org.wormholes.spec.faults;

import org.jspecify.annotations.NullMarked;
