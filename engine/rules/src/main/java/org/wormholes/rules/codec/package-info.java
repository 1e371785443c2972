/// The canonical bytes of rules and the envelope around them; the one place that sees Kryo.
@NullMarked
package org.wormholes.rules.codec;

import org.jspecify.annotations.NullMarked;
