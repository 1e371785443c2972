@org.jspecify.annotations.NullMarked
package org.wormholes.transport.names;
