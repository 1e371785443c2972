/// The total expression language of rule conditions: types, cost and evaluation.
///
/// An [org.wormholes.rules.expr.Expr] that passes the [org.wormholes.rules.expr.TypeChecker] cannot
/// fail, whatever the facts, and ends within a number of steps known before it runs.
@NullMarked
package org.wormholes.rules.expr;

import org.jspecify.annotations.NullMarked;
