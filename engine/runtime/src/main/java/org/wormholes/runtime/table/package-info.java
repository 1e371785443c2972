/// What a node keeps of tables: records on disk, and what may go wrong there.
@NullMarked
package org.wormholes.runtime.table;

import org.jspecify.annotations.NullMarked;
