@NullMarked
package org.wormholes.transport;

import org.jspecify.annotations.NullMarked;
