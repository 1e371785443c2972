/// Tests of lints.
@NullMarked
package org.wormholes.rules.lint;

import org.jspecify.annotations.NullMarked;
