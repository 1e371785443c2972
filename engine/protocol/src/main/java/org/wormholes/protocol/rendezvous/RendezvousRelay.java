package org.wormholes.protocol.rendezvous;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// What a relay does for services and their clients: keeps descriptors, hands introductions on,
/// joins two circuits. Circuits are numbers that the driver gives out and never uses twice. See
/// `spec/protocol/rendezvous.md`, section 5.
///
/// A circuit starts with no role. ESTABLISH makes it a service's, MEET a waiting client's, and a
/// JOIN takes both circuits out of here. PUBLISH, FETCH and INTRODUCE come on circuits without a
/// role, up to [#MAX_REQUESTS] each.
public final class RendezvousRelay {
  /// Circuits on which introductions are handed on.
  public static final int MAX_SERVICES = 1_024;

  /// Clients that wait.
  public static final int MAX_MEETINGS = 4_096;

  public static final int MAX_DESCRIPTORS = 2_048;

  /// Descriptors of one service.
  public static final int MAX_INSTANCES = DescriptorShelf.MAX_INSTANCES;

  /// Circuits without a role that are remembered for having asked.
  public static final int MAX_ASKING = 16_384;

  /// PUBLISH, FETCH and INTRODUCE on one circuit.
  public static final int MAX_REQUESTS = 64;

  /// Introductions handed to a service at once, and how many more each second, of clients that did
  /// the work it asks for; and as many of others.
  public static final int BURST = 256;

  public static final int PER_SECOND = 64;

  /// How long a client may wait.
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  public sealed interface Output {
    /// Say this on a circuit.
    record Send(long circuit, RendezvousMessage message) implements Output {}

    /// After what was to be sent on these two: each cell of one goes to the other from now on.
    record Join(long client, long service) implements Output {}

    /// The circuit has to be destroyed.
    record Violation(long circuit, String what) implements Output {}
  }

  private final NodeId self;
  private final DescriptorShelf shelf = new DescriptorShelf(MAX_DESCRIPTORS);
  private final Map<NodeId, Point> points = new HashMap<>();
  private final Map<Long, NodeId> services = new HashMap<>();
  private final LinkedHashMap<Bytes, Waiting> meetings = new LinkedHashMap<>();
  private final Map<Long, Bytes> clients = new HashMap<>();
  private final Map<Long, Integer> requests = new HashMap<>();

  private int proofs;

  private record Waiting(long circuit, Instant until) {}

  /// @param self our own name, which services sign
  public RendezvousRelay(NodeId self) {
    this.self = self;
  }

  /// What a service signs in ESTABLISH.
  public static Bytes signature(NodeKey pointKey, NodeId relay) {
    return Bytes.of(pointKey.sign(established(relay)));
  }

  private static byte[] established(NodeId relay) {
    return ServiceCredential.labelled(Labels.RENDEZVOUS_ESTABLISH, relay.key().toArray());
  }

  /// Takes a message that came on a circuit.
  public List<Output> on(long circuit, RendezvousMessage message, Instant now) {
    try {
      return switch (message) {
        case RendezvousMessage.Publish m -> publish(circuit, m, now);
        case RendezvousMessage.Fetch m -> fetch(circuit, m, now);
        case RendezvousMessage.Introduce m -> introduce(circuit, m, now);
        case RendezvousMessage.Establish m -> establish(circuit, m, now);
        case RendezvousMessage.Guard m -> guard(circuit, m);
        case RendezvousMessage.Meet m -> meet(circuit, m, now);
        case RendezvousMessage.Join m -> join(circuit, m, now);
        case RendezvousMessage.Published _,
            RendezvousMessage.Kept _,
            RendezvousMessage.Established _,
            RendezvousMessage.Introduced _,
            RendezvousMessage.Introduction _,
            RendezvousMessage.Meeting _,
            RendezvousMessage.Joined _,
            RendezvousMessage.Met _ ->
            throw new WireException("this message is a relay's");
      };
    } catch (WireException e) {
      closed(circuit);
      return List.of(new Output.Violation(circuit, String.valueOf(e.getMessage())));
    }
  }

  /// A circuit is gone.
  public void closed(long circuit) {
    requests.remove(circuit);
    NodeId key = services.remove(circuit);
    if (key != null) {
      points.remove(key);
    }
    Bytes cookie = clients.remove(circuit);
    if (cookie != null) {
      meetings.remove(cookie);
    }
  }

  /// Lets go of descriptors and clients whose time is over; worth a call each second or so.
  public List<Output> expire(Instant now) {
    shelf.expire(now);
    proofs = points.values().stream().mapToInt(point -> point.gate().proofs()).sum();
    List<Output> out = new ArrayList<>();
    var oldest = meetings.values().iterator();
    while (oldest.hasNext()) {
      Waiting waiting = oldest.next();
      if (now.isBefore(waiting.until())) {
        break;
      }
      oldest.remove();
      clients.remove(waiting.circuit());
      out.add(new Output.Violation(waiting.circuit(), "nobody came to the meeting"));
    }
    return out;
  }

  /// Descriptors kept, services served, clients waiting, circuits asking, proofs of work remembered
  /// (those as of the last [#expire]).
  public record Load(int descriptors, int services, int meetings, int asking, int proofs) {}

  public Load load() {
    return new Load(shelf.size(), services.size(), meetings.size(), requests.size(), proofs);
  }

  private List<Output> publish(long circuit, RendezvousMessage.Publish m, Instant now)
      throws WireException {
    Reason reason = counted(circuit) ? shelf.put(m.descriptor().toArray(), now) : Reason.LIMIT;
    return send(circuit, new RendezvousMessage.Published(reason));
  }

  private List<Output> fetch(long circuit, RendezvousMessage.Fetch m, Instant now)
      throws WireException {
    List<SealedDescriptor> found = counted(circuit) ? shelf.find(m.blinded(), now) : List.of();
    if (found.isEmpty()) {
      return send(circuit, new RendezvousMessage.Kept(true, Bytes.EMPTY));
    }
    List<Output> out = new ArrayList<>();
    for (SealedDescriptor one : found) {
      boolean last = one.equals(found.getLast());
      out.add(new Output.Send(circuit, new RendezvousMessage.Kept(last, one.encoded())));
    }
    return out;
  }

  private List<Output> introduce(long circuit, RendezvousMessage.Introduce m, Instant now)
      throws WireException {
    if (!counted(circuit)) {
      return send(circuit, new RendezvousMessage.Introduced(Reason.LIMIT));
    }
    Point point = points.get(m.key());
    if (point == null) {
      return send(circuit, new RendezvousMessage.Introduced(Reason.GONE));
    }
    if (!point.gate().admits(ServiceIntroduction.head(m.introduction().toArray()), now)) {
      return send(circuit, new RendezvousMessage.Introduced(Reason.LIMIT));
    }
    return List.of(
        new Output.Send(
            point.circuit(),
            new RendezvousMessage.Introduction(m.introduction(), point.gate().shed())),
        new Output.Send(circuit, new RendezvousMessage.Introduced(Reason.DONE)));
  }

  private List<Output> guard(long circuit, RendezvousMessage.Guard m) throws WireException {
    NodeId key = services.get(circuit);
    Point point = key == null ? null : points.get(key);
    if (point == null) {
      throw new WireException("no service has established itself on this circuit");
    }
    point.gate().guard(m.now(), m.before());
    return List.of();
  }

  private List<Output> establish(long circuit, RendezvousMessage.Establish m, Instant now)
      throws WireException {
    expectNoRole(circuit);
    if (!m.key().verify(established(self), m.signature().toArray())) {
      throw new WireException("introduction point has a wrong signature");
    }
    if (services.size() >= MAX_SERVICES) {
      return send(circuit, new RendezvousMessage.Established(Reason.LIMIT));
    }
    requests.remove(circuit);
    // The holder of the key is here again: its old circuit may be dead without our knowing.
    Point old = points.put(m.key(), new Point(circuit, new IntroductionGate(m.key(), now)));
    services.put(circuit, m.key());
    List<Output> out = new ArrayList<>();
    if (old != null) {
      services.remove(old.circuit());
      out.add(new Output.Violation(old.circuit(), "the service came on another circuit"));
    }
    out.addAll(send(circuit, new RendezvousMessage.Established(Reason.DONE)));
    return out;
  }

  private List<Output> meet(long circuit, RendezvousMessage.Meet m, Instant now)
      throws WireException {
    expectNoRole(circuit);
    List<Output> out = new ArrayList<>(expire(now));
    if (meetings.containsKey(m.cookie())) {
      throw new WireException("somebody waits under this cookie");
    }
    if (meetings.size() >= MAX_MEETINGS) {
      out.addAll(send(circuit, new RendezvousMessage.Meeting(Reason.LIMIT)));
      return out;
    }
    requests.remove(circuit);
    meetings.put(m.cookie(), new Waiting(circuit, now.plus(PATIENCE)));
    clients.put(circuit, m.cookie());
    out.addAll(send(circuit, new RendezvousMessage.Meeting(Reason.DONE)));
    return out;
  }

  private List<Output> join(long circuit, RendezvousMessage.Join m, Instant now)
      throws WireException {
    expectNoRole(circuit);
    List<Output> out = new ArrayList<>(expire(now));
    Waiting waiting = meetings.remove(m.cookie());
    if (waiting == null) {
      out.addAll(send(circuit, new RendezvousMessage.Joined(Reason.GONE)));
      return out;
    }
    clients.remove(waiting.circuit());
    requests.remove(circuit);
    out.add(new Output.Send(waiting.circuit(), new RendezvousMessage.Met(m.answer())));
    out.add(new Output.Send(circuit, new RendezvousMessage.Joined(Reason.DONE)));
    out.add(new Output.Join(waiting.circuit(), circuit));
    return out;
  }

  private boolean counted(long circuit) throws WireException {
    expectNoRole(circuit);
    @Nullable Integer before = requests.get(circuit);
    if (before == null && requests.size() >= MAX_ASKING) {
      return false;
    }
    int now = before == null ? 1 : before + 1;
    if (now > MAX_REQUESTS) {
      throw new WireException("circuit may ask 64 times");
    }
    requests.put(circuit, now);
    return true;
  }

  private void expectNoRole(long circuit) throws WireException {
    if (services.containsKey(circuit) || clients.containsKey(circuit)) {
      throw new WireException("circuit has another role");
    }
  }

  private static List<Output> send(long circuit, RendezvousMessage message) {
    return List.of(new Output.Send(circuit, message));
  }

  /// A service's circuit.
  private record Point(long circuit, IntroductionGate gate) {}
}
