/// What all carriers and entries share: event loops and buffers.
@NullMarked
package org.wormholes.transport;

import org.jspecify.annotations.NullMarked;
