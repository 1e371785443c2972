/// The Noise Protocol Framework, revision 34, with pre-shared keys and hybrid forward secrecy.
@NullMarked
package org.wormholes.protocol.noise;

import org.jspecify.annotations.NullMarked;
