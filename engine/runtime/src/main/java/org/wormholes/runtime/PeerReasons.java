package org.wormholes.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.wormholes.runtime.control.AttemptView;
import org.wormholes.runtime.control.PeerView;

/// Says in words why bytes to a peer go the way they go.
final class PeerReasons {
  private final PeerView peer;
  private final List<AttemptView> attempts;
  private final List<String> ours;
  private final List<String> said = new ArrayList<>();

  private PeerReasons(PeerView peer, List<AttemptView> attempts, List<String> ours) {
    this.peer = peer;
    this.attempts = attempts;
    this.ours = ours;
  }

  /// @param ours the carriers of this machine
  /// @param reachable whether this node can be met itself
  static List<String> of(
      PeerView peer, List<AttemptView> attempts, List<String> ours, boolean reachable) {
    PeerReasons reasons = new PeerReasons(peer, attempts, ours);
    reasons.say(reachable);
    return reasons.said;
  }

  private void say(boolean reachable) {
    String over = peer.over().orElse("");
    if (over.equals(PipeCarrier.NAME)) {
      said.add("bytes go through a relay, sealed between this node and the peer");
      sayWhyNotDirect();
    } else if (!over.isEmpty()) {
      said.add("bytes go directly, over " + over);
    } else {
      said.add("there is no link now: one is made when a flow asks for it");
      sayWhatFailed();
      sayWhyNotDirect();
    }
    if (!reachable) {
      said.add(
          "this node uses no peers of the network: a ruleset says so with `peers \"NAME\" do … end`");
    }
  }

  private void sayWhatFailed() {
    last(PipeCarrier.NAME)
        .filter(it -> !it.succeeded())
        .ifPresent(it ->
            said.add(
                "its relays did not lead to it: %s, %s; it may be off, or have chosen others since"
                    .formatted(it.outcome(), times(it))));
    if (peer.relays().isEmpty() && peer.carriers().isEmpty()) {
      said.add("it names no relay where it is met, and listens nowhere that it tells of");
    }
  }

  private void sayWhyNotDirect() {
    List<String> common = peer.carriers().stream().filter(ours::contains).toList();
    if (peer.carriers().isEmpty()) {
      said.add("it listens nowhere that it tells of, so only a relay leads to it");
    } else if (common.isEmpty()) {
      said.add(
          "it listens over %s, this machine has %s"
              .formatted(String.join(", ", peer.carriers()), String.join(", ", ours)));
    }
    for (String each : common) {
      Optional<AttemptView> last = last(each);
      if (last.isEmpty()) {
        said.add("over " + each + " nothing was tried yet");
      } else if (!last.get().succeeded()) {
        said.add(
            "over %s: %s, %s%s"
                .formatted(each, last.get().outcome(), times(last.get()), hint(last.get())));
      }
    }
  }

  private static String hint(AttemptView attempt) {
    return switch (attempt.outcome()) {
      case "timed out" -> "; a firewall or a NAT before it lets nothing in, or it is off";
      case "refused" -> "; the machine is there, and nothing listens at the port it tells of";
      case "unreachable" -> "; no route leads from here to the address it tells of";
      case PeerDesk.ANOTHER -> "; somebody else listens at the address it tells of";
      default -> "";
    };
  }

  private static String times(AttemptView attempt) {
    return attempt.times() == 1 ? "once" : attempt.times() + " times";
  }

  private Optional<AttemptView> last(String carrier) {
    return attempts.reversed().stream().filter(it -> it.carrier().equals(carrier)).findFirst();
  }
}
