/// Tests that span modules.
@NullMarked
package org.wormholes.spec;

import org.jspecify.annotations.NullMarked;
