/// A path with its keys, and the streams and datagrams inside it.
@NullMarked
package org.wormholes.protocol.circuit;

import org.jspecify.annotations.NullMarked;
