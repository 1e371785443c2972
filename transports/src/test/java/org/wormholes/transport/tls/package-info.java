@NullMarked
package org.wormholes.transport.tls;

import org.jspecify.annotations.NullMarked;
