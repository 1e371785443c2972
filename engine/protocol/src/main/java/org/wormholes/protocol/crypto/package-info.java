/// Keys, signatures, sealing and key derivation, each behind a small type of its own.
@NullMarked
package org.wormholes.protocol.crypto;

import org.jspecify.annotations.NullMarked;
