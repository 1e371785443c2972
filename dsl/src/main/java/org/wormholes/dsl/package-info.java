/// From a script to rules: vocabulary, compiler and the bridge to Ruby.
@NullMarked
package org.wormholes.dsl;

import org.jspecify.annotations.NullMarked;
