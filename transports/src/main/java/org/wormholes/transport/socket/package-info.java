/// Event loops, sockets and the connections on them: what every carrier, entry and exit stands on.
@NullMarked
package org.wormholes.transport.socket;

import org.jspecify.annotations.NullMarked;
