/// Which program of this machine, run by whom, a connection comes from.
@NullMarked
package org.wormholes.runtime.local;

import org.jspecify.annotations.NullMarked;
