package org.wormholes.protocol.membership;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;

/// A closed network on one thread in virtual time: node 0 founded it.
final class Club {
  static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
  static final Bytes NETWORK = Bytes.ofHex("ab".repeat(32));
  static final Charter CHARTER = new Charter(NETWORK, Set.of(key(0).id()));

  final List<Membership> nodes = new ArrayList<>();
  final List<Membership.Output> said = new ArrayList<>();
  final Map<Integer, Integer> messages = new HashMap<>();
  int longest;
  long bytes;
  Instant now = START;

  private record End(int node, int link) {}

  private record Letter(End to, Bytes message) {}

  private final Map<End, End> links = new HashMap<>();
  private final ArrayDeque<Letter> post = new ArrayDeque<>();
  private int lastLink;

  static NodeKey key(int i) {
    byte[] seed = new byte[NodeKey.SEED_BYTES];
    seed[0] = (byte) i;
    seed[1] = (byte) (i >> 8);
    seed[31] = 0x4d;
    return NodeKey.ofSeed(seed);
  }

  static NodeId id(int i) {
    return key(i).id();
  }

  Club(int count) {
    for (int i = 0; i < count; i++) {
      nodes.add(new Membership(CHARTER, key(i)));
    }
  }

  Membership at(int node) {
    return nodes.get(node);
  }

  void link(int from, int to) {
    End near = new End(from, ++lastLink);
    End far = new End(to, ++lastLink);
    links.put(near, far);
    links.put(far, near);
    on(from, new Membership.Input.LinkUp(near.link(), true));
    on(to, new Membership.Input.LinkUp(far.link(), false));
    deliver();
  }

  /// Node `by` admits node `whom`; tells its neighbours.
  SignedStatement admit(int by, int whom, int reach, String... roles) {
    SignedStatement signed =
        at(by).admit(id(whom), Set.of(roles), reach, Membership.DEFAULT_LIFE, now).orElseThrow();
    publish(by, signed);
    return signed;
  }

  SignedStatement revoke(int by, int whom) {
    SignedStatement signed = at(by).revoke(id(whom), now).orElseThrow();
    publish(by, signed);
    return signed;
  }

  void publish(int node, SignedStatement... statements) {
    on(node, new Membership.Input.Publish(List.of(statements)));
    deliver();
  }

  void on(int node, Membership.Input input) {
    for (Membership.Output output : at(node).on(input, now)) {
      said.add(output);
      if (output instanceof Membership.Output.Send(int link, Bytes message)) {
        longest = Math.max(longest, message.size());
        bytes += message.size();
        messages.merge(message.at(0), 1, Integer::sum);
        End far = links.get(new End(node, link));
        if (far != null) {
          post.add(new Letter(far, message));
        }
      }
    }
  }

  void deliver() {
    Letter letter;
    while ((letter = post.poll()) != null) {
      on(letter.to().node(), new Membership.Input.Received(letter.to().link(), letter.message()));
    }
  }

  void pass(Duration time) {
    now = now.plus(time);
    for (int i = 0; i < nodes.size(); i++) {
      on(i, new Membership.Input.Tick());
    }
    deliver();
  }

  boolean knows(int node, int member) {
    return at(node).member(id(member), now).isPresent();
  }
}
