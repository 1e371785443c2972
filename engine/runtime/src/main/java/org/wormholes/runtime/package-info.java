/// The running engine: threads, time, stores, and reality brought in line with the rules.
@NullMarked
package org.wormholes.runtime;

import org.jspecify.annotations.NullMarked;
