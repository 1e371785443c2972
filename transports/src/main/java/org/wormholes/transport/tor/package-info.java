/// Tor: programs of ours and others by their control port, flows through them, and links over onion
/// services.
@NullMarked
package org.wormholes.transport.tor;

import org.jspecify.annotations.NullMarked;
