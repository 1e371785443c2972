/// Signed node descriptors and how news of them spreads.
@NullMarked
package org.wormholes.protocol.directory;

import org.jspecify.annotations.NullMarked;
