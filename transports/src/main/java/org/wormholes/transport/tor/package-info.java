/// A tor of our own: started, watched, and stopped with us.
@NullMarked
package org.wormholes.transport.tor;

import org.jspecify.annotations.NullMarked;
