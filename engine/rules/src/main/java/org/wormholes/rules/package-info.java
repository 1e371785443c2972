/// What a script compiles to: plain records, and how they decide.
@NullMarked
package org.wormholes.rules;

import org.jspecify.annotations.NullMarked;
