/// Records as JSON and back: one fixed form for everything the engine says and keeps as text.
@NullMarked
package org.wormholes.runtime.json;

import org.jspecify.annotations.NullMarked;
