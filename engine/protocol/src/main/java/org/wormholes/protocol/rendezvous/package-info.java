/// Services that are met at a relay, so that neither end learns where the other is: who keeps what
/// a service says of itself, how a client is introduced, and what covers their cells then.
@NullMarked
package org.wormholes.protocol.rendezvous;

import org.jspecify.annotations.NullMarked;
