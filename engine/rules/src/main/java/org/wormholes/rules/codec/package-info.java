/// The canonical bytes of rules and the envelope around them; the one place that sees Kryo.
///
/// [org.wormholes.rules.codec.RuleCodec] is the way in. Layout: `spec/protocol/rules.md`.
@NullMarked
package org.wormholes.rules.codec;

import org.jspecify.annotations.NullMarked;
