package org.wormholes.protocol.ring;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.ring.Questions.Purpose;
import org.wormholes.protocol.ring.Questions.Question;
import org.wormholes.protocol.ring.RingMessage.Ask;
import org.wormholes.protocol.ring.RingMessage.Closer;
import org.wormholes.protocol.ring.RingMessage.Find;
import org.wormholes.protocol.ring.RingMessage.Leaving;
import org.wormholes.protocol.ring.RingMessage.Neighbours;
import org.wormholes.protocol.ring.RingMessage.Notify;

/// One node's place on one ring (`spec/protocol/ring.md`): its successors, its predecessor and its
/// fingers, kept with the corrected operations of Chord (Zave, "Reasoning about identifier spaces",
/// 2017). A member is adopted only once it has answered; the predecessor is never blanked; the last
/// successor is never dropped while its silence is all that is known. A ring of one is a ring.
///
/// Members that fell silent are remembered and asked now and then, so that the halves of a ring
/// that was torn grow together again.
public final class Ring {
  /// Silent members that are remembered.
  static final int MAX_REMEMBERED = 64;

  /// Members named on the way to an id.
  static final int MAX_CLOSER = 8;

  /// Searches under way, beyond which those that are asked for fail at once.
  static final int MAX_LOOKUPS = 256;

  /// Rounds from one look after a finger to the next, once all have been looked after.
  private static final int FINGER_ROUNDS = 4;

  /// How much sooner than usual the next round comes when the neighbours have changed.
  private static final int HURRY = 8;

  /// What happens to a member.
  public sealed interface Input {
    /// Begins a ring of one.
    record Create() implements Input {}

    /// Enters a ring through one of its members.
    record Join(RingPeer contact) implements Input {}

    /// Goes; the neighbours are told.
    record Leave() implements Input {}

    /// A message came over a link whose far end is proved to be this member.
    record Received(RingPeer from, RingMessage message) implements Input {}

    /// Someone wants to know who is responsible for an id.
    ///
    /// @param number what the answer is told with, not negative
    /// @param contacts members to begin with, where the node is none itself
    record Search(long number, RingId target, List<RingPeer> contacts) implements Input {
      public Search {
        contacts = List.copyOf(contacts);
      }
    }

    /// There is a node that may be a member of another part of this ring: if it answers, the parts
    /// grow together.
    record Meet(RingPeer other) implements Input {}

    /// Asks a member whether it is there.
    ///
    /// @param number what the answer is told with
    record Ping(long number, RingPeer peer) implements Input {}

    /// It is certain that a member is not reached: what it was asked it will not answer.
    record Unreachable(RingPeer peer) implements Input {}

    /// The time is [#deadline()] or later.
    record DeadlineReached() implements Input {}
  }

  /// What is to be done.
  public sealed interface Output {
    record Send(RingPeer to, RingMessage message) implements Output {}

    /// The node is a member now.
    record Joined() implements Output {}

    /// Nobody let the node in; it may try again.
    record NotJoined() implements Output {}

    record Found(long number, Responsible responsible) implements Output {}

    /// A member answered to a [Input.Ping].
    record Answered(long number, Duration roundTrip) implements Output {}

    /// A member did not answer to a [Input.Ping].
    record Silent(long number) implements Output {}

    /// Too many members were silent.
    record NotFound(long number) implements Output {}
  }

  private final RingPeer self;
  private final RingSettings settings;
  private final RandomGenerator random;
  private final Successors successors;
  private final Fingers fingers;

  private final Questions questions;

  private final LinkedHashSet<RingPeer> remembered = new LinkedHashSet<>();
  private final List<Output> outputs = new ArrayList<>();
  private @Nullable RingPeer predecessor;
  private boolean member;
  private boolean joining;
  private Instant nextRound = Instant.MAX;
  private int searches;
  private int turn;

  /// @param random for the order in which members are asked
  public Ring(RingPeer self, RingSettings settings, RandomGenerator random) {
    this.self = self;
    this.settings = settings;
    this.random = random;
    this.questions = new Questions(settings.patience());
    this.successors = new Successors(self, settings.successors());
    this.fingers = new Fingers(self.id());
  }

  /// Puts a member where it would stand in a ring that is whole, for measurements of large ones: it
  /// answers, and looks after nothing.
  void place(RingPeer before, List<RingPeer> after, List<RingPeer> met) {
    member = true;
    predecessor = before;
    successors.adoptAll(after);
    met.forEach(peer -> fingers.met(peer, Duration.ZERO));
  }

  public RingPeer self() {
    return self;
  }

  public boolean member() {
    return member;
  }

  /// Empty while nobody has said that it precedes this member.
  public Optional<RingPeer> predecessor() {
    return Optional.ofNullable(predecessor);
  }

  /// In the order they follow; empty on a ring of one.
  public List<RingPeer> successors() {
    return successors.list();
  }

  /// Members known for shortcuts.
  public List<RingPeer> fingers() {
    return fingers.all().stream().map(Fingers.Finger::peer).toList();
  }

  /// When the next [Input.DeadlineReached] is due; [Instant#MAX] for never.
  public Instant deadline() {
    Instant late = questions.deadline();
    return late.isBefore(nextRound) ? late : nextRound;
  }

  public List<Output> on(Input input, Instant now) {
    outputs.clear();
    RingPeer before = predecessor;
    long changes = successors.changes();
    switch (input) {
      case Input.Create() -> become(now);
      case Input.Join(RingPeer contact) -> join(contact, now);
      case Input.Leave() -> leave();
      case Input.Received(RingPeer from, RingMessage message) -> received(from, message, now);
      case Input.Search(long number, RingId target, List<RingPeer> contacts) ->
          search(number, target, contacts, now);
      case Input.Meet(RingPeer other) -> meet(other, now);
      case Input.Ping(long number, RingPeer peer) -> ask(peer, new Purpose.Ping(number, now), now);
      case Input.Unreachable(RingPeer peer) -> unreachable(peer, now);
      case Input.DeadlineReached() -> deadlineReached(now);
    }
    if (member && (changes != successors.changes() || !Objects.equals(before, predecessor))) {
      hurry(now);
    }
    return List.copyOf(outputs);
  }

  /// News goes round soon: whoever has this one as its successor will ask for it.
  private void hurry(Instant now) {
    Instant soon = now.plus(settings.round().dividedBy(HURRY));
    nextRound = soon.isBefore(nextRound) ? soon : nextRound;
  }

  private void become(Instant now) {
    if (!member) {
      member = true;
      nextRound = now.plus(settings.round());
    }
  }

  private void join(RingPeer contact, Instant now) {
    if (!member && !joining && !contact.equals(self)) {
      joining = true;
      Lookup lookup = new Lookup(-1, Lookup.Purpose.JOIN, self.id(), self, false);
      lookup.begin(List.of(contact), 1).forEach(way -> step(lookup, way, now));
    }
  }

  private void leave() {
    if (member) {
      Stream.concat(successors.list().stream().limit(1), Stream.ofNullable(predecessor))
          .distinct()
          .forEach(peer -> send(peer, new Leaving()));
      questions.all().forEach(this::failSearch);
    }
    member = false;
    joining = false;
    searches = 0;
    predecessor = null;
    successors.clear();
    questions.clear();
    nextRound = Instant.MAX;
  }

  private void failSearch(Question question) {
    if (question.purpose() instanceof Purpose.Ping(long number, Instant asked)) {
      outputs.add(new Output.Silent(number));
    }
    Lookup lookup =
        switch (question.purpose()) {
          case Purpose.Step(Lookup one, Lookup.Way way) -> one;
          case Purpose.Check(Lookup one) -> one;
          default -> null;
        };
    if (lookup != null && lookup.purpose == Lookup.Purpose.ASKED && !lookup.ended) {
      lookup.ended = true;
      outputs.add(new Output.NotFound(lookup.number));
    }
  }

  private void received(RingPeer from, RingMessage message, Instant now) {
    if (from.equals(self)) {
      return;
    }
    switch (message) {
      case Ask(long nonce) when member ->
          send(from, new Neighbours(nonce, predecessor(), successors.list()));
      case Find(long nonce, RingId target) when member -> send(from, closer(nonce, target));
      case Notify() when member -> rectify(from, now);
      case Leaving() when member -> gone(from);
      case Neighbours neighbours ->
          answer(neighbours.nonce(), from, now)
              .ifPresent(purpose -> neighbours(purpose, from, neighbours, now));
      case Closer closer ->
          answer(closer.nonce(), from, now)
              .ifPresent(purpose -> {
                if (purpose instanceof Purpose.Step(Lookup lookup, Lookup.Way way)) {
                  lookup.answered(way, from, closer);
                  step(lookup, way, now);
                }
              });
      default -> {}
    }
  }

  /// What a member says to someone whose name is not known, who is no member either: where others
  /// stand, and nothing is learned of them.
  ///
  /// @return empty when there is nothing to say
  public Optional<RingMessage> toStranger(RingMessage message) {
    return switch (message) {
      case Ask(long nonce) when member ->
          Optional.of(new Neighbours(nonce, predecessor(), successors.list()));
      case Find(long nonce, RingId target) when member -> Optional.of(closer(nonce, target));
      default -> Optional.empty();
    };
  }

  private void meet(RingPeer other, Instant now) {
    if (member && !other.equals(self)) {
      ask(other, new Purpose.Recall(), now);
    }
  }

  private void unreachable(RingPeer peer, Instant now) {
    questions.to(peer).forEach(each -> silent(each.to(), each.purpose(), now));
  }

  /// What a question was asked for, when this member was asked it and a member can answer it so.
  private Optional<Purpose> answer(long nonce, RingPeer from, Instant now) {
    Optional<Question> asked = questions.answered(nonce, from);
    asked.ifPresent(question -> {
      fingers.met(from, Duration.between(question.asked(), now));
      remembered.remove(from);
    });
    return asked.map(Question::purpose);
  }

  private void neighbours(Purpose purpose, RingPeer from, Neighbours said, Instant now) {
    switch (purpose) {
      case Purpose.Stabilize() -> {
        if (successors.stillHead(from)) {
          successors.adopt(from, said.successors());
          RingPeer between = said.predecessor().orElse(from);
          if (!between.equals(self) && between.id().between(self.id(), from.id())) {
            ask(between, new Purpose.Nearer(), now);
          } else {
            send(from, new Notify());
          }
        }
      }
      case Purpose.Nearer() -> adoptNearer(from, said, now);
      case Purpose.Check(Lookup lookup) -> {
        lookup.checking = false;
        lookup.confirmed(from, said);
        check(lookup, now);
      }
      case Purpose.Recall() -> {
        Lookup lookup = new Lookup(-1, Lookup.Purpose.MERGE, after(self.id()), self, false);
        lookup.begin(List.of(from), 1).forEach(way -> step(lookup, way, now));
      }
      case Purpose.Ping(long number, Instant asked) ->
          outputs.add(new Output.Answered(number, Duration.between(asked, now)));
      case Purpose.Rectify rectified -> {}
      case Purpose.Step stepped -> {}
    }
  }

  private void adoptNearer(RingPeer peer, Neighbours said, Instant now) {
    if (successors.nearer(peer)) {
      successors.adopt(peer, said.successors());
      stabilize(now); // there may be one that is nearer still
    }
    successors.head().ifPresent(head -> send(head, new Notify()));
  }

  private void rectify(RingPeer candidate, Instant now) {
    if (predecessor == null || candidate.id().between(predecessor.id(), self.id())) {
      predecessor = candidate;
    } else if (!candidate.equals(predecessor) && !questions.rectifying()) {
      ask(predecessor, new Purpose.Rectify(candidate), now);
    }
  }

  private void gone(RingPeer peer) {
    successors.gone(peer);
    fingers.lost(peer);
    remembered.remove(peer);
  }

  private void silent(RingPeer peer, Purpose purpose, Instant now) {
    if (fingers().contains(peer) || successors.list().contains(peer) || peer.equals(predecessor)) {
      remembered.add(peer);
    }
    fingers.lost(peer);
    if (remembered.size() > MAX_REMEMBERED) {
      remembered.removeFirst();
    }
    switch (purpose) {
      case Purpose.Stabilize() -> {
        if (successors.drop(peer)) {
          stabilize(now);
        } else if (predecessor != null && !predecessor.equals(peer)) {
          ask(predecessor, new Purpose.Nearer(), now);
        }
      }
      case Purpose.Nearer() ->
          successors
              .head()
              .filter(head -> !head.equals(peer))
              .ifPresent(h -> send(h, new Notify()));
      case Purpose.Rectify(RingPeer candidate) -> {
        if (peer.equals(predecessor)) {
          predecessor = candidate;
        }
      }
      case Purpose.Step(Lookup lookup, Lookup.Way way) -> step(lookup, way, now);
      case Purpose.Check(Lookup lookup) -> {
        lookup.checking = false;
        lookup.unanswered(peer);
        check(lookup, now);
      }
      case Purpose.Ping(long number, Instant asked) -> outputs.add(new Output.Silent(number));
      case Purpose.Recall() -> {}
    }
  }

  private void deadlineReached(Instant now) {
    Optional<Question> late = questions.nextLate(now);
    while (late.isPresent()) {
      silent(late.get().to(), late.get().purpose(), now);
      late = questions.nextLate(now);
    }
    if (!nextRound.isAfter(now)) {
      nextRound = now.plus(settings.round());
      round(now);
    }
  }

  private void round(Instant now) {
    stabilize(now);
    if (!remembered.isEmpty()) {
      List<RingPeer> all = List.copyOf(remembered);
      ask(all.get(random.nextInt(all.size())), new Purpose.Recall(), now);
    }
    turn++;
    if (!successors.list().isEmpty() && (turn % FINGER_ROUNDS == 0 || fingers.learning())) {
      fingers
          .toRefresh(successors.list().getLast().id(), random)
          .ifPresent(
              target -> start(new Lookup(-1, Lookup.Purpose.FINGER, target, self, true), 1, now));
    }
  }

  private void stabilize(Instant now) {
    if (questions.stabilizing()) {
      return;
    }
    if (successors.head().isPresent()) {
      ask(successors.head().get(), new Purpose.Stabilize(), now);
    } else if (predecessor != null) {
      ask(predecessor, new Purpose.Nearer(), now);
    }
  }

  private void search(long number, RingId target, List<RingPeer> contacts, Instant now) {
    if ((!member && contacts.isEmpty()) || searches >= MAX_LOOKUPS) {
      outputs.add(new Output.NotFound(number));
      return;
    }
    searches++;
    Lookup lookup = new Lookup(number, Lookup.Purpose.ASKED, target, self, member);
    if (member) {
      start(lookup, settings.paths(), now);
    } else {
      lookup.begin(contacts, settings.paths()).forEach(way -> step(lookup, way, now));
    }
  }

  private void start(Lookup lookup, int paths, Instant now) {
    Closer known = closer(0, lookup.target);
    if (known.end()) {
      known.peers().forEach(lookup::claim);
      lookup.claim(self);
      check(lookup, now);
    } else {
      // A way may begin at the next member or at whom this one knows nearer to the target.
      lookup.begin(known.peers(), paths).forEach(way -> step(lookup, way, now));
    }
  }

  private void step(Lookup lookup, Lookup.Way way, Instant now) {
    Optional<RingPeer> next = lookup.next(way);
    if (next.isPresent()) {
      long nonce = questions.add(next.get(), new Purpose.Step(lookup, way), now);
      send(next.get(), new Find(nonce, lookup.target));
    } else if (lookup.waysOver()) {
      check(lookup, now);
    }
  }

  private void check(Lookup lookup, Instant now) {
    if (lookup.ended || lookup.checking) {
      return;
    }
    Optional<RingPeer> owner = lookup.settled();
    if (owner.isPresent()) {
      end(lookup, owner.get(), lookup.neighbours(owner.get()), now);
      return;
    }
    Optional<RingPeer> next = lookup.toCheck();
    if (next.isEmpty()) {
      fail(lookup);
    } else if (next.get().equals(self)) {
      end(lookup, self, new Neighbours(0, predecessor(), successors.list()), now);
    } else {
      lookup.checking = true;
      ask(next.get(), new Purpose.Check(lookup), now);
    }
  }

  private void end(Lookup lookup, RingPeer owner, Neighbours said, Instant now) {
    lookup.ended = true;
    switch (lookup.purpose) {
      case ASKED -> {
        searches--;
        Successors after = new Successors(owner, settings.successors());
        after.adoptAll(said.successors());
        outputs.add(
            new Output.Found(
                lookup.number, new Responsible(lookup.target, owner, after.list(), lookup.hops())));
      }
      case JOIN -> {
        joining = false;
        successors.adopt(owner, said.successors());
        member = true;
        nextRound = now;
        send(owner, new Notify());
        outputs.add(new Output.Joined());
      }
      case MERGE -> {
        if (member) {
          adoptNearer(owner, said, now);
        }
      }
      case FINGER -> fingers.found(lookup.target, owner);
    }
  }

  private void fail(Lookup lookup) {
    lookup.ended = true;
    switch (lookup.purpose) {
      case ASKED -> {
        searches--;
        outputs.add(new Output.NotFound(lookup.number));
      }
      case JOIN -> {
        joining = false;
        outputs.add(new Output.NotJoined());
      }
      case MERGE, FINGER -> {}
    }
  }

  private Closer closer(long nonce, RingId target) {
    List<RingPeer> list = successors.answering();
    if (list.isEmpty() || target.equals(self.id()) || owned(target)) {
      return new Closer(nonce, true, Stream.concat(Stream.of(self), list.stream()).toList());
    }
    for (int i = 0; i < list.size(); i++) {
      RingPeer peer = list.get(i);
      if (peer.id().equals(target) || target.between(self.id(), peer.id())) {
        return new Closer(nonce, true, list.subList(i, list.size()));
      }
    }
    Nearest nearest = new Nearest(target, MAX_CLOSER);
    list.forEach(peer -> offer(nearest, peer));
    fingers.all().forEach(finger -> offer(nearest, finger.peer()));
    return new Closer(nonce, false, nearest.list());
  }

  private void offer(Nearest nearest, RingPeer peer) {
    if (peer.id().between(self.id(), nearest.target())) {
      nearest.offer(peer);
    }
  }

  private boolean owned(RingId target) {
    return predecessor != null && target.between(predecessor.id(), self.id());
  }

  private static RingId after(RingId id) {
    return id.plus(1, 0);
  }

  private void ask(RingPeer peer, Purpose purpose, Instant now) {
    send(peer, new Ask(questions.add(peer, purpose, now)));
  }

  private void send(RingPeer to, RingMessage message) {
    outputs.add(new Output.Send(to, message));
  }
}
