/// Proxies of others, as a client: SOCKS5 and HTTP CONNECT.
@NullMarked
package org.wormholes.transport.gateway;

import org.jspecify.annotations.NullMarked;
