/// Wormholes inside another program: a ruleset opened as an object, channels and proxies out of it.
@NullMarked
package org.wormholes.embed;

import org.jspecify.annotations.NullMarked;
