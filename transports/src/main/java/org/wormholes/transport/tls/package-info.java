/// Links over TLS 1.3, on a port that looks like a web server's.
@NullMarked
package org.wormholes.transport.tls;

import org.jspecify.annotations.NullMarked;
