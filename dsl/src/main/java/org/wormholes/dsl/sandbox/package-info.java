/// Full Ruby for files that are not trusted: compiled in a child process that is born locked in.
@NullMarked
package org.wormholes.dsl.sandbox;

import org.jspecify.annotations.NullMarked;
