/// Flows that go over several circuits at once: how their bytes are cut into chunks, and how they
/// are put in order again (`spec/protocol/split.md`).
@NullMarked
package org.wormholes.protocol.split;

import org.jspecify.annotations.NullMarked;
