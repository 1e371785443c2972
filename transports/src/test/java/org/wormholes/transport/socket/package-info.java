@NullMarked
package org.wormholes.transport.socket;

import org.jspecify.annotations.NullMarked;
