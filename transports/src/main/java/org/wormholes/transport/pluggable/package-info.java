/// Links through programs of others that hide them: Tor's pluggable transports.
@NullMarked
package org.wormholes.transport.pluggable;

import org.jspecify.annotations.NullMarked;
