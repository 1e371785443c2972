/// What a script compiles to: plain records, and how they decide.
///
/// A [org.wormholes.rules.Ruleset] that exists is valid. [org.wormholes.rules.RouteDecider] and
/// [org.wormholes.rules.ExitPolicy] decide by it, the same way for a live flow and for an
/// explanation.
@NullMarked
package org.wormholes.rules;

import org.jspecify.annotations.NullMarked;
