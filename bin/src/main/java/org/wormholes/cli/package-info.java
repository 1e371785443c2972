/// The command line, and the one place where all modules are wired together.
@NullMarked
package org.wormholes.cli;

import org.jspecify.annotations.NullMarked;
