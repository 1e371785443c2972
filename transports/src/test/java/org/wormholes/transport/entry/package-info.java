@NullMarked
package org.wormholes.transport.entry;

import org.jspecify.annotations.NullMarked;
