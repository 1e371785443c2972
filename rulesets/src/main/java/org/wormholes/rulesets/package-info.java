/// Finds the ready-made scripts that ship with Wormholes.
@NullMarked
package org.wormholes.rulesets;

import org.jspecify.annotations.NullMarked;
