/// How values stand in bytes, and what is refused when bytes are wrong.
@NullMarked
package org.wormholes.protocol.wire;

import org.jspecify.annotations.NullMarked;
