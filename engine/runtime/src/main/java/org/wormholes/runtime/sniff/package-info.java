/// What the first bytes of a conversation say about whom it is with.
@NullMarked
package org.wormholes.runtime.sniff;

import org.jspecify.annotations.NullMarked;
