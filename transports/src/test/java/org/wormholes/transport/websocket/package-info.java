@NullMarked
package org.wormholes.transport.websocket;

import org.jspecify.annotations.NullMarked;
