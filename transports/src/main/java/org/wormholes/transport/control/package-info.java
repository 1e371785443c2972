/// The control API's way in: HTTP over a Unix socket that only its owner can open.
@NullMarked
package org.wormholes.transport.control;

import org.jspecify.annotations.NullMarked;
