/// Tests of the bytes of rules.
@NullMarked
package org.wormholes.rules.codec;

import org.jspecify.annotations.NullMarked;
