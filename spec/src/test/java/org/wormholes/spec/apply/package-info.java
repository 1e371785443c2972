/// Rules that change while traffic flows, fail, or are changed by an engine that dies.
@NullMarked
package org.wormholes.spec.apply;

import org.jspecify.annotations.NullMarked;
