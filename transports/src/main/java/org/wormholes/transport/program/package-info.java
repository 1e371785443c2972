/// Programs of others that carriers and gateways start.
@NullMarked
package org.wormholes.transport.program;

import org.jspecify.annotations.NullMarked;
