@NullMarked
package org.wormholes.protocol.table;

import org.jspecify.annotations.NullMarked;
