@NullMarked
package org.wormholes.runtime.table;

import org.jspecify.annotations.NullMarked;
