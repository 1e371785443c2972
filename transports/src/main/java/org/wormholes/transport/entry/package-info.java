/// Ports for applications: SOCKS, HTTP proxy and plain forwards. What is asked there is handed to
/// the engine; nothing is decided and no name is looked up here.
@NullMarked
package org.wormholes.transport.entry;

import org.jspecify.annotations.NullMarked;
