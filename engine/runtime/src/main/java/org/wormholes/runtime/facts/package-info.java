/// What is so at the moment, as rules may ask: measured or said by a person, and kept from
/// flapping.
@NullMarked
package org.wormholes.runtime.facts;

import org.jspecify.annotations.NullMarked;
