package org.wormholes.runtime;

import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Part;
import org.wormholes.protocol.circuit.StreamKey;
import org.wormholes.protocol.circuit.Target;

/// Split flows at the exit of which not all parts have come. One table for all loops, since parts
/// come over different ones; it is asked once for each part.
final class ExitSplits {
  /// Flows that may wait for their parts at a time. Who waits longest gives way, so that a client
  /// that opens single parts keeps nobody else from joining theirs.
  static final int MAX_WAITING = 1_024;

  /// The oldest first.
  private final LinkedHashMap<StreamKey, ExitSplit> waiting = new LinkedHashMap<>();

  private record Found(ExitSplit flow, boolean isNew, @Nullable ExitSplit tooMuch) {}

  /// A part has come, on its own loop. The first one decides on which loop the flow lives.
  void join(SplitPart end, Target target, Part part) {
    Found found = find(end, target, part);
    ExitSplit flow = found.flow;
    end.of(flow);
    if (found.isNew) {
      flow.start();
    }
    ExitSplit oldest = found.tooMuch;
    if (oldest != null) {
      oldest.home.tell(oldest::giveWay);
    }
    if (flow.home.loop.inLoop()) {
      flow.add(end, target, part);
    } else {
      flow.home.tell(() -> flow.add(end, target, part));
    }
  }

  private synchronized Found find(SplitPart end, Target target, Part part) {
    ExitSplit known = waiting.get(part.flow());
    if (known != null) {
      return new Found(known, false, null);
    }
    ExitSplit fresh = new ExitSplit(end.shard(), target, part, this);
    ExitSplit oldest = waiting.size() < MAX_WAITING ? null : waiting.pollFirstEntry().getValue();
    waiting.put(part.flow(), fresh);
    return new Found(fresh, true, oldest);
  }

  /// The flow waits no more: it is complete, or over.
  synchronized void remove(ExitSplit flow) {
    waiting.remove(flow.key(), flow);
  }

  /// How many flows wait.
  synchronized int size() {
    return waiting.size();
  }
}
