/// Names asked for by real programs, through real tunnels.
@org.jspecify.annotations.NullMarked
package org.wormholes.spec.dns;
