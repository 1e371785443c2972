/// Rulesets as gems: how they are checked, packed, signed, read, kept and named. Nothing here runs
/// the code of a gem's author, and nothing goes online.
@NullMarked
package org.wormholes.rulesets.gem;

import org.jspecify.annotations.NullMarked;
