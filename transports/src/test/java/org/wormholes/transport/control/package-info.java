@NullMarked
package org.wormholes.transport.control;

import org.jspecify.annotations.NullMarked;
