@NullMarked
package org.wormholes.transport.quic;

import org.jspecify.annotations.NullMarked;
