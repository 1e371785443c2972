/// What two nodes of a network say to each other by key: pipes, and how they get through NATs.
@NullMarked
package org.wormholes.protocol.peer;

import org.jspecify.annotations.NullMarked;
