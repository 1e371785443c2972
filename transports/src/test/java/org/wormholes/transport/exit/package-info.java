@NullMarked
package org.wormholes.transport.exit;

import org.jspecify.annotations.NullMarked;
