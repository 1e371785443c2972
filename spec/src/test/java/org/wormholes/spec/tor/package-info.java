/// Flows and links through real tors, in a Tor network of their own on loopback.
@NullMarked
package org.wormholes.spec.tor;

import org.jspecify.annotations.NullMarked;
