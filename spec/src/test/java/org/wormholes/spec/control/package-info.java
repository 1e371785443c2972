/// Tests of the control API against its written schema.
@NullMarked
package org.wormholes.spec.control;

import org.jspecify.annotations.NullMarked;
