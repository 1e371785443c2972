@NullMarked
package org.wormholes.transport.embed;

import org.jspecify.annotations.NullMarked;
