/// What can be seen of a running engine and asked of it, and how that is said in JSON: status,
/// plan, apply, explain, events.
@NullMarked
package org.wormholes.runtime.control;

import org.jspecify.annotations.NullMarked;
