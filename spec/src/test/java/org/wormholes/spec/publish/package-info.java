/// Services whose place nobody knows, published and reached through real relays.
@org.jspecify.annotations.NullMarked
package org.wormholes.spec.publish;
