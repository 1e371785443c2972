/// The ring of a network: who stands where, and who is responsible for an id.
@NullMarked
package org.wormholes.protocol.ring;

import org.jspecify.annotations.NullMarked;
