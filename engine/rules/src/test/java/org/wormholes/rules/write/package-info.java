@NullMarked
package org.wormholes.rules.write;

import org.jspecify.annotations.NullMarked;
