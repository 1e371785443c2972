package org.wormholes.protocol.directory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// What a node knows of the others, and how the knowledge spreads: news is pushed to every link,
/// and two neighbours compare digests when their link comes up and every minute
/// (`spec/protocol/directory.md`, section 2).
///
/// Belongs to one thread. Driven by [#on]; a [Input.Tick] is due once a second, late or early ones
/// do no harm.
public final class Directory {
  /// How far in the future a descriptor may be signed: the two clocks may differ by as much.
  public static final Duration MAX_AHEAD = Duration.ofHours(1);

  /// How soon a descriptor from others is replaced by a newer one, so that nobody can flood the
  /// network with news of one node. One that comes sooner waits.
  public static final Duration REPLACE_AFTER = Duration.ofSeconds(5);

  private static final Duration EXPIRE_EVERY = Duration.ofSeconds(1);
  private static final Duration SKEW_SAID_EVERY = Duration.ofMinutes(10);

  /// What happened.
  public sealed interface Input {
    /// A link can carry DIRECTORY frames.
    ///
    /// @param link any number, unique among the links that are up
    /// @param initiator whether this node opened the link; the initiator starts comparing
    record LinkUp(int link, boolean initiator) implements Input {}

    record LinkDown(int link) implements Input {}

    /// A DIRECTORY frame arrived.
    record Received(int link, Bytes message) implements Input {}

    /// This node's own descriptor, or a newer one; also any that came by another way (a file).
    record Publish(SignedDescriptor descriptor) implements Input {}

    /// A node is not to be known any more.
    record Forget(NodeId id) implements Input {}

    record Tick() implements Input {}
  }

  /// What is to be done.
  public sealed interface Output {
    /// Send a DIRECTORY frame of at most 16,000 bytes.
    record Send(int link, Bytes message) implements Output {}

    /// A node is new, or says something new.
    record Learned(NodeDescriptor descriptor) implements Output {}

    /// A node's descriptor expired, or was to be forgotten.
    record Forgot(NodeId id) implements Output {}

    /// The peer lied or broke the protocol: close the link.
    record Violation(int link, String reason) implements Output {}

    /// A properly signed descriptor is from further in the future than is tolerated: one of the two
    /// clocks is wrong. Said at most once in ten minutes.
    record Skewed(Duration ahead) implements Output {}
  }

  private final DescriptorStore store;
  private final Predicate<NodeDescriptor> admitted;
  private final Map<Integer, Neighbour> neighbours = new TreeMap<>();

  /// News of known nodes that came too soon after the last: at most one each.
  private final Map<Bytes, SignedDescriptor> deferred = new TreeMap<>();

  private Instant expireFrom = Instant.MIN;
  private Instant skewFrom = Instant.MIN;

  /// @param limits bounds of what is kept
  public Directory(DirectoryLimits limits) {
    this(limits, node -> true);
  }

  /// @param limits bounds of what is kept
  /// @param admitted whether a node may be known at all; others are neither kept nor passed on
  public Directory(DirectoryLimits limits, Predicate<NodeDescriptor> admitted) {
    this.store = new DescriptorStore(limits);
    this.admitted = admitted;
  }

  /// Takes in what happened and says what to do, in order.
  ///
  /// @param now the wall clock
  public List<Output> on(Input input, Instant now) {
    List<Output> out = new ArrayList<>();
    switch (input) {
      case Input.LinkUp(int link, boolean initiator) -> {
        neighbours.put(link, new Neighbour(link, initiator, now));
        compare(now, out);
      }
      case Input.LinkDown(int link) -> neighbours.remove(link);
      case Input.Received(int link, Bytes message) -> onReceived(link, message, now, out);
      case Input.Publish(SignedDescriptor descriptor) -> onPublish(descriptor, now, out);
      case Input.Forget(NodeId id) -> {
        deferred.remove(id.key());
        store.forget(id.key()).ifPresent(node -> out.add(new Output.Forgot(node.id())));
      }
      case Input.Tick() -> {
        expire(now, out);
        acceptDeferred(now, out);
        compare(now, out);
      }
    }
    return out;
  }

  /// Every node known now.
  public Collection<NodeDescriptor> nodes() {
    return store.nodes();
  }

  public Optional<NodeDescriptor> find(NodeId id) {
    return store.find(id.key()).map(held -> held.signed().descriptor());
  }

  private void compare(Instant now, List<Output> out) {
    for (Neighbour neighbour : neighbours.values()) {
      if (neighbour.compares(now)) {
        send(neighbour, new DirectoryMessage.Summary(store.digests()), out);
      }
    }
  }

  private void expire(Instant now, List<Output> out) {
    if (!now.isBefore(expireFrom)) {
      expireFrom = now.plus(EXPIRE_EVERY);
      store.expire(now).forEach(node -> out.add(new Output.Forgot(node.id())));
    }
  }

  private void onPublish(SignedDescriptor descriptor, Instant now, List<Output> out) {
    if (admitted.test(descriptor.descriptor())
        && isNewer(descriptor.descriptor().id().key(), descriptor.descriptor().published())
        && descriptor.descriptor().isAlive(now)
        && store.put(descriptor, now)) {
      out.add(new Output.Learned(descriptor.descriptor()));
      push(List.of(descriptor.encoded()), -1, out);
    }
  }

  private boolean isNewer(Bytes id, Instant published) {
    return store
        .find(id)
        .map(held -> held.signed().descriptor().published().isBefore(published))
        .orElse(true);
  }

  private void onReceived(int link, Bytes message, Instant now, List<Output> out) {
    Neighbour neighbour = neighbours.get(link);
    if (neighbour == null) {
      return;
    }
    try {
      switch (DirectoryMessage.decode(message)) {
        case DirectoryMessage.Summary(List<Long> digests) ->
            onSummary(neighbour, digests, now, out);
        case DirectoryMessage.Listing(List<DirectoryMessage.Bucket> buckets) ->
            onListing(neighbour, buckets, now, out);
        case DirectoryMessage.Want(List<Bytes> ids) ->
            answer(neighbour, neighbour.allowed(ids, now), out);
        case DirectoryMessage.Batch(boolean last, List<Bytes> descriptors) ->
            onBatch(neighbour, last, descriptors, now, out);
      }
    } catch (WireException e) {
      neighbours.remove(link);
      out.add(new Output.Violation(link, String.valueOf(e.getMessage())));
    }
  }

  private void onSummary(Neighbour from, List<Long> digests, Instant now, List<Output> out) {
    if (!from.answers(now)) {
      return;
    }
    List<Long> own = store.digests();
    List<DirectoryMessage.Bucket> page = new ArrayList<>();
    int pageBytes = 3;
    for (int i = 0; i < DirectoryMessage.BUCKETS; i++) {
      if (digests.get(i).equals(own.get(i))) {
        continue;
      }
      DirectoryMessage.Bucket bucket = store.bucket(i);
      int bytes = 3 + DirectoryMessage.ENTRY_BYTES * bucket.entries().size();
      if (pageBytes + bytes > DirectoryMessage.MAX_BYTES) {
        send(from, new DirectoryMessage.Listing(List.copyOf(page)), out);
        page.clear();
        pageBytes = 3;
      }
      page.add(bucket);
      pageBytes += bytes;
    }
    if (!page.isEmpty()) {
      send(from, new DirectoryMessage.Listing(page), out);
    }
  }

  private void onListing(
      Neighbour from, List<DirectoryMessage.Bucket> buckets, Instant now, List<Output> out)
      throws WireException {
    if (!from.onListed(buckets.size())) {
      throw new WireException("lists buckets that nobody asked for");
    }
    List<Bytes> news = new ArrayList<>();
    for (DirectoryMessage.Bucket theirs : buckets) {
      Map<Bytes, Long> listed = new TreeMap<>();
      theirs.entries().forEach(entry -> listed.put(entry.id(), entry.published()));
      for (DirectoryMessage.Entry entry : theirs.entries()) {
        if (isWanted(entry, now)) {
          from.want(entry.id());
        }
      }
      for (DirectoryMessage.Entry entry : store.bucket(theirs.index()).entries()) {
        Long there = listed.get(entry.id());
        if (there == null || there < entry.published()) {
          store.find(entry.id()).ifPresent(held -> news.add(held.signed().encoded()));
        }
      }
    }
    sendBatches(from, news, false, out);
    ask(from, out);
  }

  private boolean isWanted(DirectoryMessage.Entry entry, Instant now) {
    Optional<DescriptorStore.Held> held = store.find(entry.id());
    long latest = now.plus(MAX_AHEAD).toEpochMilli();
    if (held.isEmpty()) {
      return entry.published() <= latest && store.hasRoomFor(entry.id());
    }
    long known = held.get().signed().descriptor().published().toEpochMilli();
    return entry.published() > known && entry.published() <= latest;
  }

  private static void ask(Neighbour neighbour, List<Output> out) {
    List<Bytes> ids = neighbour.nextWanted();
    if (!ids.isEmpty()) {
      send(neighbour, new DirectoryMessage.Want(ids), out);
    }
  }

  private void answer(Neighbour to, List<Bytes> ids, List<Output> out) {
    List<Bytes> found = new ArrayList<>();
    for (Bytes id : ids) {
      store.find(id).ifPresent(held -> found.add(held.signed().encoded()));
    }
    sendBatches(to, found, true, out);
  }

  private void onBatch(
      Neighbour from, boolean last, List<Bytes> descriptors, Instant now, List<Output> out)
      throws WireException {
    List<Bytes> news = new ArrayList<>();
    try {
      for (Bytes encoded : descriptors) {
        if (learn(encoded, now, out)) {
          news.add(encoded);
        }
      }
    } finally {
      // What was good before the peer was found out is still good.
      push(news, from.link, out);
    }
    if (last) {
      from.onAnswered();
      ask(from, out);
    }
  }

  /// Takes a descriptor in, if it is news.
  private boolean learn(Bytes encoded, Instant now, List<Output> out) throws WireException {
    byte[] array = encoded.toArray();
    Bytes id = SignedDescriptor.peekId(array, 0, array.length);
    long published = SignedDescriptor.peekPublished(array, 0, array.length);
    // Signatures are checked last, they are the dear part.
    if (published > now.plus(MAX_AHEAD).toEpochMilli()) {
      saySkew(array, now, out);
      return false;
    }
    Optional<DescriptorStore.Held> held = store.find(id);
    long known =
        held.map(each -> each.signed().descriptor().published().toEpochMilli())
            .orElse(Long.MIN_VALUE);
    if (published <= known || (held.isEmpty() && !store.hasRoomFor(id))) {
      return false;
    }
    SignedDescriptor signed = SignedDescriptor.decode(array, 0, array.length);
    if (held.isPresent() && now.isBefore(held.get().since().plus(REPLACE_AFTER))) {
      defer(signed);
      return false;
    }
    return accept(signed, now, out);
  }

  /// Keeps the newest of those that came too soon.
  private void defer(SignedDescriptor signed) {
    deferred.merge(
        signed.descriptor().id().key(),
        signed,
        (old, late) ->
            old.descriptor().published().isBefore(late.descriptor().published()) ? late : old);
  }

  private boolean accept(SignedDescriptor signed, Instant now, List<Output> out) {
    if (!admitted.test(signed.descriptor())
        || !signed.descriptor().isAlive(now)
        || !store.put(signed, now)) {
      return false;
    }
    deferred.remove(signed.descriptor().id().key());
    out.add(new Output.Learned(signed.descriptor()));
    return true;
  }

  /// Takes in those that came too soon and whose time has come.
  private void acceptDeferred(Instant now, List<Output> out) {
    List<Bytes> news = new ArrayList<>();
    for (SignedDescriptor signed : List.copyOf(deferred.values())) {
      Bytes id = signed.descriptor().id().key();
      Optional<DescriptorStore.Held> held = store.find(id);
      if (held.isPresent() && now.isBefore(held.get().since().plus(REPLACE_AFTER))) {
        continue;
      }
      deferred.remove(id);
      if (isNewer(id, signed.descriptor().published()) && accept(signed, now, out)) {
        news.add(signed.encoded());
      }
    }
    push(news, -1, out);
  }

  private void saySkew(byte[] array, Instant now, List<Output> out) throws WireException {
    if (now.isBefore(skewFrom)) {
      return;
    }
    SignedDescriptor signed = SignedDescriptor.decode(array, 0, array.length);
    skewFrom = now.plus(SKEW_SAID_EVERY);
    out.add(new Output.Skewed(Duration.between(now, signed.descriptor().published())));
  }

  private void push(List<Bytes> news, int except, List<Output> out) {
    for (Neighbour neighbour : neighbours.values()) {
      if (neighbour.link != except) {
        sendBatches(neighbour, news, false, out);
      }
    }
  }

  /// Sends descriptors in as many messages as they need; an answer has at least one.
  private static void sendBatches(
      Neighbour to, List<Bytes> descriptors, boolean isAnswer, List<Output> out) {
    List<Bytes> page = new ArrayList<>();
    int pageBytes = 4;
    for (Bytes descriptor : descriptors) {
      if (pageBytes + 2 + descriptor.size() > DirectoryMessage.MAX_BYTES) {
        send(to, new DirectoryMessage.Batch(false, List.copyOf(page)), out);
        page.clear();
        pageBytes = 4;
      }
      page.add(descriptor);
      pageBytes += 2 + descriptor.size();
    }
    if (isAnswer || !page.isEmpty()) {
      send(to, new DirectoryMessage.Batch(isAnswer, page), out);
    }
  }

  private static void send(Neighbour to, DirectoryMessage message, List<Output> out) {
    out.add(new Output.Send(to.link, message.encode()));
  }
}
