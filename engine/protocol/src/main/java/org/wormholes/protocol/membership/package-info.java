/// Who belongs to a closed network: certificates and revocations, how they spread, and how a link
/// of such a network begins.
@NullMarked
package org.wormholes.protocol.membership;

import org.jspecify.annotations.NullMarked;
