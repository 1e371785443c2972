/// The total expression language of rule conditions: types, cost and evaluation.
@NullMarked
package org.wormholes.rules.expr;

import org.jspecify.annotations.NullMarked;
