/// Rulesets as gems, from the command line and beside the RubyGems that comes with Ruby.
@NullMarked
package org.wormholes.spec.gems;

import org.jspecify.annotations.NullMarked;
