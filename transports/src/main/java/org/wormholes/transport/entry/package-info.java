/// Where applications come in: SOCKS, HTTP, DNS and forwards.
@NullMarked
package org.wormholes.transport.entry;

import org.jspecify.annotations.NullMarked;
