/// Networks that share a process and nothing else, and closed ones that strangers learn nothing of.
@NullMarked
package org.wormholes.spec.networks;

import org.jspecify.annotations.NullMarked;
