/// Tests of expressions.
@NullMarked
package org.wormholes.rules.expr;

import org.jspecify.annotations.NullMarked;
