/// Networks of others, with engines and proxies on loopback.
@NullMarked
package org.wormholes.spec.gateway;

import org.jspecify.annotations.NullMarked;
