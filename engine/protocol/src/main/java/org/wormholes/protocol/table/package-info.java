/// Tables that the nodes of a ring keep together: signed records, and which of two is the newer one
/// (`spec/protocol/tables.md`).
@NullMarked
package org.wormholes.protocol.table;

import org.jspecify.annotations.NullMarked;
