/// Links over WebSocket (RFC 6455), on a port that looks like a web server's or behind one.
@NullMarked
package org.wormholes.transport.websocket;

import org.jspecify.annotations.NullMarked;
