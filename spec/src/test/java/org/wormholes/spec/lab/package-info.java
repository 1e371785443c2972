/// The laboratory of the tests with real programs: children held by handle, servers on loopback, a
/// network of our own.
@NullMarked
package org.wormholes.spec.lab;

import org.jspecify.annotations.NullMarked;
