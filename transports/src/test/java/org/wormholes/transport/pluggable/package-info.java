@NullMarked
package org.wormholes.transport.pluggable;

import org.jspecify.annotations.NullMarked;
