package org.wormholes.protocol.membership;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.membership.Statement.Certificate;
import org.wormholes.protocol.membership.Statement.Revocation;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireWriter;

/// Who belongs to one closed network, as one member knows it: takes in what others signed and may
/// sign, passes it on, compares with neighbours, renews the certificates it has given, and warns
/// when its own ends (`spec/protocol/membership.md`).
///
/// Only links whose [Admission] went well come in here. Belongs to one thread. Driven by [#on]; a
/// [Input.Tick] is due once a second, late or early ones do no harm.
public final class Membership {
  /// How long a certificate is good unless something else is asked for.
  public static final Duration DEFAULT_LIFE = Duration.ofDays(90);

  /// How long before its own end a member is warned, or a third of the certificate's life when that
  /// is shorter.
  public static final Duration WARN_BEFORE = Duration.ofDays(30);

  private static final Duration LOOK_EVERY = Duration.ofSeconds(10);
  private static final Duration WARN_EVERY = Duration.ofDays(1);
  private static final int MAX_REFUSED = 4_096;
  private static final int MAX_RENEWED_AT_ONCE = 64;

  /// What happened.
  public sealed interface Input {
    /// A link was admitted.
    ///
    /// @param link any number, unique among the links that are up
    /// @param initiator whether this node opened the link; the initiator starts comparing
    record LinkUp(int link, boolean initiator) implements Input {}

    record LinkDown(int link) implements Input {}

    /// A DIRECTORY frame about membership arrived.
    record Received(int link, Bytes message) implements Input {}

    /// Statements that came by another way: a file, an invitation, the chain a link began with.
    record Publish(List<SignedStatement> statements) implements Input {
      public Publish {
        statements = List.copyOf(statements);
      }
    }

    record Tick() implements Input {}
  }

  /// What is to be done.
  public sealed interface Output {
    /// Send a DIRECTORY frame of at most 16,000 bytes.
    record Send(int link, Bytes message) implements Output {}

    /// A statement was taken in: keep it for the next start.
    record Keep(SignedStatement statement) implements Output {}

    /// Somebody belongs to the network who did not before, or with other roles.
    record Joined(Member member) implements Output {}

    /// Somebody does not belong to the network any more: close its links of this network.
    record Left(NodeId member) implements Output {}

    /// This node's own membership ends soon, and nobody has renewed it. Said once a day.
    record Expiring(Instant end) implements Output {}

    /// The peer broke the protocol: close the link.
    record Violation(int link, String reason) implements Output {}
  }

  private final NodeKey self;
  private final Roster roster;
  private final TreeMap<Integer, Fellow> fellows = new TreeMap<>();

  /// Ids of statements that were not taken in, so that they are not asked for again; forgotten with
  /// every statement that is, since that may change the answer.
  private final Set<Bytes> refused = new HashSet<>();

  /// What was said of members so far.
  private final TreeMap<NodeId, Member> members;

  private Instant lookAt = Instant.MIN;
  private Instant warnAt = Instant.MIN;

  /// Whether a DIRECTORY frame is about membership. To be asked after [Invitation#isAbout], whose
  /// messages lie among these.
  public static boolean isAbout(Bytes message) {
    return MembershipMessage.isOne(message);
  }

  public Membership(Charter charter, NodeKey self) {
    this.self = self;
    this.roster = new Roster(charter);
    this.members = new TreeMap<>(roster.members(Instant.EPOCH));
  }

  public Charter charter() {
    return roster.charter();
  }

  /// Takes in what happened and says what to do, in order.
  ///
  /// @param now the wall clock
  public List<Output> on(Input input, Instant now) {
    List<Output> out = new ArrayList<>();
    switch (input) {
      case Input.LinkUp(int link, boolean initiator) -> {
        fellows.put(link, new Fellow(link, initiator, now));
        compare(now, out);
      }
      case Input.LinkDown(int link) -> fellows.remove(link);
      case Input.Received(int link, Bytes message) -> onReceived(link, message, now, out);
      case Input.Publish(List<SignedStatement> statements) -> publish(statements, now, out);
      case Input.Tick() -> {
        if (!now.isBefore(lookAt)) {
          lookAt = now.plus(LOOK_EVERY);
          roster.expire(now);
          renew(now, out);
          look(now, out);
          warn(now, out);
        }
        compare(now, out);
      }
    }
    return out;
  }

  /// All that belong to the network, founders included.
  public Collection<Member> members(Instant now) {
    return roster.members(now).values();
  }

  public Optional<Member> member(NodeId id, Instant now) {
    return roster.member(id, now);
  }

  /// What proves to others that a node belongs here: certificates from one that a founder signed
  /// down to its own; none for a founder. Empty when it does not belong.
  public Optional<List<SignedStatement>> chain(NodeId id, Instant now) {
    return roster.chain(id, now);
  }

  /// Whether a peer belongs here, by what is known or by the chain it shows.
  boolean admits(NodeId peer, List<SignedStatement> chain, Instant now) {
    return roster.member(peer, now).isPresent() || roster.proves(chain, peer, now);
  }

  NodeId self() {
    return self.id();
  }

  /// All statements held, for keeping.
  public List<SignedStatement> statements() {
    return inOrder(roster.statements().values());
  }

  /// Signs a certificate for somebody; [Input.Publish] makes it known.
  ///
  /// @param reach how many steps others may be admitted below the new member
  /// @return empty when this node may not admit anybody with these roles and this reach, or when it
  ///   has said too much about this member in the last hour
  public Optional<SignedStatement> admit(
      NodeId member, Set<String> roles, int reach, Duration life, Instant now) {
    Instant said = roster.certificateTime(member, self.id(), now);
    return sayable(
        new Certificate(
            charter().network(), member, self.id(), roles, reach, said, said.plus(life)),
        now);
  }

  /// Signs that somebody belongs here no longer; [Input.Publish] makes it known.
  ///
  /// @return empty when this node may not say so, or has said too much about this member in the
  ///   last hour
  public Optional<SignedStatement> revoke(NodeId member, Instant now) {
    Instant said = roster.revocationTime(member, self.id(), now);
    return sayable(new Revocation(charter().network(), member, self.id(), said), now);
  }

  private Optional<SignedStatement> sayable(Statement statement, Instant now) {
    return roster.takes(statement, now)
        ? Optional.of(SignedStatement.sign(statement, self))
        : Optional.empty();
  }

  private void publish(List<SignedStatement> statements, Instant now, List<Output> out) {
    List<SignedStatement> news = new ArrayList<>();
    for (SignedStatement signed : inOrder(statements)) {
      if (!roster.statements().containsKey(signed.id()) && take(signed, now, out)) {
        news.add(signed);
      }
    }
    told(news, -1, now, out);
  }

  private boolean take(SignedStatement signed, Instant now, List<Output> out) {
    if (!roster.takes(signed.statement(), now)) {
      return false;
    }
    roster.add(signed);
    refused.clear();
    out.add(new Output.Keep(signed));
    return true;
  }

  /// Passes news on and notices what they change.
  private void told(List<SignedStatement> news, int from, Instant now, List<Output> out) {
    if (news.isEmpty()) {
      return;
    }
    List<Bytes> encoded = news.stream().map(SignedStatement::encoded).toList();
    for (Fellow fellow : fellows.values()) {
      if (fellow.link != from) {
        send(fellow, encoded, false, out);
      }
    }
    if (news.stream().anyMatch(each -> roster.admitsOthers(each.statement().member()))) {
      look(now, out);
    } else {
      news.forEach(each -> look(each.statement().member(), now, out));
    }
  }

  /// Looks at all: what became of one may change what others below it are.
  private void look(Instant now, List<Output> out) {
    Set<NodeId> all = new TreeSet<>(members.keySet());
    all.addAll(roster.members(now).keySet());
    all.forEach(id -> look(id, now, out));
  }

  private void look(NodeId id, Instant now, List<Output> out) {
    Optional<Member> after = roster.member(id, now);
    if (after.isEmpty()) {
      if (members.remove(id) != null) {
        out.add(new Output.Left(id));
      }
      return;
    }
    Member member = after.get();
    Member old = members.put(id, member);
    if (old == null || !old.roles().equals(member.roles()) || old.reach() != member.reach()) {
      out.add(new Output.Joined(member));
    }
  }

  /// membership.md 2.3: "Whoever signed a certificate signs it anew when half of its life is over."
  private void renew(Instant now, List<Output> out) {
    List<SignedStatement> fresh = new ArrayList<>();
    for (Certificate old : roster.dueForRenewal(self.id(), now)) {
      if (fresh.size() == MAX_RENEWED_AT_ONCE) {
        break;
      }
      admit(old.member(), old.roles(), old.reach(), old.life(), now).ifPresent(fresh::add);
    }
    publish(fresh, now, out);
  }

  private void warn(Instant now, List<Output> out) {
    Optional<Instant> end = roster.member(self.id(), now).flatMap(Member::expires);
    if (end.isEmpty() || now.isBefore(warnAt)) {
      return;
    }
    Duration left = Duration.between(now, end.get());
    Duration life = roster.longestLife(self.id(), now);
    Duration third = life.dividedBy(3);
    if (left.compareTo(third.compareTo(WARN_BEFORE) < 0 ? third : WARN_BEFORE) <= 0) {
      warnAt = now.plus(WARN_EVERY);
      out.add(new Output.Expiring(end.get()));
    }
  }

  // Comparing.

  private void compare(Instant now, List<Output> out) {
    for (Fellow fellow : fellows.values()) {
      if (fellow.compares(now)) {
        out.add(
            new Output.Send(
                fellow.link, new MembershipMessage.Summary(digests(buckets())).encode()));
      }
    }
  }

  private List<List<Bytes>> buckets() {
    List<List<Bytes>> buckets = new ArrayList<>();
    for (int i = 0; i < MembershipMessage.BUCKETS; i++) {
      buckets.add(new ArrayList<>());
    }
    roster.statements().keySet().forEach(id -> buckets.get(id.at(0)).add(id));
    return buckets;
  }

  /// membership.md 4: "the first 8 bytes of SHA-256 over the ids of the bucket, 0 when it is
  /// empty".
  private static List<Long> digests(List<List<Bytes>> buckets) {
    List<Long> digests = new ArrayList<>();
    for (List<Bytes> bucket : buckets) {
      WireWriter ids = new WireWriter(SignedStatement.ID_BYTES * bucket.size());
      bucket.forEach(ids::bytes);
      digests.add(bucket.isEmpty() ? 0 : BigEndian.i64(Hash.sha256(ids.toArray()), 0));
    }
    return digests;
  }

  private void onReceived(int link, Bytes message, Instant now, List<Output> out) {
    Fellow from = fellows.get(link);
    if (from == null) {
      return;
    }
    try {
      switch (MembershipMessage.decode(message)) {
        case MembershipMessage.Present _ -> throw new WireException("presents itself twice");
        case MembershipMessage.Statements(boolean last, List<Bytes> statements) ->
            onStatements(from, last, statements, now, out);
        case MembershipMessage.Summary(List<Long> digests) -> onSummary(from, digests, now, out);
        case MembershipMessage.Listing(List<MembershipMessage.Bucket> listed) ->
            onListing(from, listed, out);
        case MembershipMessage.Want(List<Bytes> ids) ->
            send(from, held(from.allowed(ids, now)), true, out);
      }
    } catch (WireException e) {
      fellows.remove(link);
      out.add(new Output.Violation(link, String.valueOf(e.getMessage())));
    }
  }

  private void onSummary(Fellow from, List<Long> theirs, Instant now, List<Output> out) {
    if (!from.answers(now)) {
      return;
    }
    List<List<Bytes>> buckets = buckets();
    List<Long> ours = digests(buckets);
    List<MembershipMessage.Bucket> page = new ArrayList<>();
    int pageBytes = 3;
    for (int i = 0; i < MembershipMessage.BUCKETS; i++) {
      if (ours.get(i).equals(theirs.get(i))) {
        continue;
      }
      List<Bytes> ids = buckets.get(i).stream().limit(MembershipMessage.MAX_IN_BUCKET).toList();
      int bytes = 3 + SignedStatement.ID_BYTES * ids.size();
      if (pageBytes + bytes > MembershipMessage.MAX_BYTES) {
        out.add(new Output.Send(from.link, new MembershipMessage.Listing(page).encode()));
        page.clear();
        pageBytes = 3;
      }
      page.add(new MembershipMessage.Bucket(i, ids));
      pageBytes += bytes;
    }
    if (!page.isEmpty()) {
      out.add(new Output.Send(from.link, new MembershipMessage.Listing(page).encode()));
    }
  }

  private void onListing(Fellow from, List<MembershipMessage.Bucket> listed, List<Output> out)
      throws WireException {
    if (!from.onListed(listed.size())) {
      throw new WireException("lists buckets that nobody asked for");
    }
    List<List<Bytes>> ours = buckets();
    List<Bytes> lacking = new ArrayList<>();
    for (MembershipMessage.Bucket theirs : listed) {
      Set<Bytes> there = new HashSet<>(theirs.ids());
      for (Bytes id : theirs.ids()) {
        if (!roster.statements().containsKey(id) && !refused.contains(id)) {
          from.want(id);
        }
      }
      ours.get(theirs.index()).stream().filter(id -> !there.contains(id)).forEach(lacking::add);
    }
    if (!lacking.isEmpty()) {
      send(from, held(lacking), false, out);
    }
    ask(from, out);
  }

  private static void ask(Fellow fellow, List<Output> out) {
    List<Bytes> ids = fellow.nextWanted();
    if (!ids.isEmpty()) {
      out.add(new Output.Send(fellow.link, new MembershipMessage.Want(ids).encode()));
    }
  }

  private void onStatements(
      Fellow from, boolean last, List<Bytes> statements, Instant now, List<Output> out)
      throws WireException {
    List<SignedStatement> news = new ArrayList<>();
    try {
      for (Bytes encoded : statements) {
        learn(from, encoded, now, out).ifPresent(news::add);
      }
    } finally {
      // What was good before the peer was found out is still good.
      told(news, from.link, now, out);
    }
    if (last) {
      from.onAnswered(now);
      ask(from, out);
      compare(now, out);
    }
  }

  private Optional<SignedStatement> learn(Fellow from, Bytes encoded, Instant now, List<Output> out)
      throws WireException {
    Bytes id = SignedStatement.idOf(encoded);
    if (roster.statements().containsKey(id)) {
      return Optional.empty();
    }
    Statement claimed = SignedStatement.peek(encoded);
    // Signatures are checked last, they are the dear part.
    if (!roster.takes(claimed, now)) {
      from.missed = true;
      if (refused.size() < MAX_REFUSED) {
        refused.add(id);
      }
      if (!from.mayBother(now)) {
        throw new WireException("says too much that nobody can use");
      }
      return Optional.empty();
    }
    SignedStatement signed = SignedStatement.decode(encoded);
    from.learned = true;
    return take(signed, now, out) ? Optional.of(signed) : Optional.empty();
  }

  private List<Bytes> held(List<Bytes> ids) {
    List<SignedStatement> found = new ArrayList<>();
    for (Bytes id : ids) {
      SignedStatement signed = roster.statements().get(id);
      if (signed != null) {
        found.add(signed);
      }
    }
    return inOrder(found).stream().map(SignedStatement::encoded).toList();
  }

  /// Who admits before who is admitted, and certificates before what voids them.
  private static List<SignedStatement> inOrder(Collection<SignedStatement> statements) {
    return statements.stream()
        .sorted(Comparator.comparingInt(Membership::rank).thenComparing(SignedStatement::encoded))
        .toList();
  }

  private static int rank(SignedStatement signed) {
    return switch (signed.statement()) {
      case Certificate certificate -> Certificate.MAX_REACH - certificate.reach();
      case Revocation _ -> Certificate.MAX_REACH + 1;
    };
  }

  private static void send(Fellow to, List<Bytes> statements, boolean answer, List<Output> out) {
    List<Bytes> page = new ArrayList<>();
    int bytes = 4;
    for (Bytes each : statements) {
      if (bytes + 2 + each.size() > MembershipMessage.MAX_BYTES
          || page.size() == MembershipMessage.MAX_STATEMENTS) {
        out.add(
            new Output.Send(
                to.link, new MembershipMessage.Statements(false, List.copyOf(page)).encode()));
        page.clear();
        bytes = 4;
      }
      page.add(each);
      bytes += 2 + each.size();
    }
    if (answer || !page.isEmpty()) {
      out.add(new Output.Send(to.link, new MembershipMessage.Statements(answer, page).encode()));
    }
  }
}
