@NullMarked
package org.wormholes.transport.gateway;

import org.jspecify.annotations.NullMarked;
