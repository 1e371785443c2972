/// The internet as an exit reaches it: streams, datagrams and names.
@NullMarked
package org.wormholes.transport.exit;

import org.jspecify.annotations.NullMarked;
