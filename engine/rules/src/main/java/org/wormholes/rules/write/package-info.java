/// Whether a write to a table meets the table's rules: the facts of a write, and the rules ready to
/// run. Pure, bounded, and the same on every node.
@NullMarked
package org.wormholes.rules.write;

import org.jspecify.annotations.NullMarked;
