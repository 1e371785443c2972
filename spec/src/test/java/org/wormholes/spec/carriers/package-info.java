/// Links over every carrier, with the programs of others where they belong to it.
@NullMarked
package org.wormholes.spec.carriers;

import org.jspecify.annotations.NullMarked;
