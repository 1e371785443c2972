/// Programs that people use, unmodified, through a tunnel.
@NullMarked
package org.wormholes.spec.clients;

import org.jspecify.annotations.NullMarked;
