@NullMarked
package org.wormholes.transport.tor;

import org.jspecify.annotations.NullMarked;
