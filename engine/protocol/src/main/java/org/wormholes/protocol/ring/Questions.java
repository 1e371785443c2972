package org.wormholes.protocol.ring;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a member has asked others and was not answered yet, in the order it was asked.
final class Questions {
  /// What a question is for.
  sealed interface Purpose {
    /// Whether the successor is there and whom it has beside it.
    record Stabilize() implements Purpose {}

    /// Likewise of one that stands between this member and its successor.
    record Nearer() implements Purpose {}

    /// Whether the predecessor is there, now that another one says to be it.
    record Rectify(RingPeer candidate) implements Purpose {}

    /// The way to an id.
    record Step(Lookup lookup, Lookup.Way way) implements Purpose {}

    /// Whether one that is said to be responsible is there.
    record Check(Lookup lookup) implements Purpose {}

    /// Whether one that fell silent is there again.
    record Recall() implements Purpose {}

    /// Whether a member is there, for whoever wants to know.
    record Ping(long number, Instant asked) implements Purpose {}
  }

  /// @param asked when
  record Question(RingPeer to, Purpose purpose, Instant asked) {}

  private final Duration patience;
  private final Map<Long, Question> open = new LinkedHashMap<>();
  private long nonces;
  private int stabilizing;
  private int rectifying;

  Questions(Duration patience) {
    this.patience = patience;
  }

  /// Notes a question.
  ///
  /// @return the nonce it is sent with
  long add(RingPeer to, Purpose purpose, Instant now) {
    open.put(nonces, new Question(to, purpose, now));
    count(purpose, 1);
    return nonces++;
  }

  /// What a question was, when it was put to this member; it is over then.
  Optional<Question> answered(long nonce, RingPeer by) {
    Question question = open.get(nonce);
    if (question == null || !question.to().equals(by)) {
      return Optional.empty();
    }
    return Optional.ofNullable(take(nonce));
  }

  private @Nullable Question take(long nonce) {
    Question question = open.remove(nonce);
    if (question != null) {
      count(question.purpose(), -1);
    }
    return question;
  }

  private void count(Purpose purpose, int by) {
    if (purpose instanceof Purpose.Stabilize || purpose instanceof Purpose.Nearer) {
      stabilizing += by;
    } else if (purpose instanceof Purpose.Rectify) {
      rectifying += by;
    }
  }

  boolean stabilizing() {
    return stabilizing > 0;
  }

  boolean rectifying() {
    return rectifying > 0;
  }

  /// When the oldest is given up; [Instant#MAX] when there is none.
  Instant deadline() {
    return open.isEmpty() ? Instant.MAX : open.values().iterator().next().asked().plus(patience);
  }

  /// Ends the oldest question if it has waited long enough.
  Optional<Question> nextLate(Instant now) {
    if (deadline().isAfter(now)) {
      return Optional.empty();
    }
    return Optional.ofNullable(take(open.keySet().iterator().next()));
  }

  /// Ends those to one member.
  List<Question> to(RingPeer peer) {
    List<Question> ended = new ArrayList<>();
    for (Map.Entry<Long, Question> each : List.copyOf(open.entrySet())) {
      if (each.getValue().to().equals(peer)) {
        Question question = take(each.getKey());
        if (question != null) {
          ended.add(question);
        }
      }
    }
    return ended;
  }

  Collection<Question> all() {
    return List.copyOf(open.values());
  }

  void clear() {
    open.clear();
    stabilizing = 0;
    rectifying = 0;
  }
}
