/// What a ruleset's author may have meant otherwise: rules that never decide, conditions that are
/// never true, traffic that may leave beside its tunnel, paths that cannot exist.
@NullMarked
package org.wormholes.rules.lint;

import org.jspecify.annotations.NullMarked;
