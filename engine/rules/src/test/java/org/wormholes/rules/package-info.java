/// Tests of rules.
@NullMarked
package org.wormholes.rules;

import org.jspecify.annotations.NullMarked;
