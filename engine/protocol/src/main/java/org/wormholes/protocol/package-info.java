/// What nodes say to each other, as machines that are driven and never drive.
@NullMarked
package org.wormholes.protocol;

import org.jspecify.annotations.NullMarked;
