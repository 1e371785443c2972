/// What a node keeps between runs, in files that survive a crash at any moment.
@NullMarked
package org.wormholes.runtime.store;

import org.jspecify.annotations.NullMarked;
