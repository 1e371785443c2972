/// Links over plain TCP.
@NullMarked
package org.wormholes.transport.tcp;

import org.jspecify.annotations.NullMarked;
