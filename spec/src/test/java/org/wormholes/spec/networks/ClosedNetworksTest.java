package org.wormholes.spec.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.rules.Network;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.InvitationView;
import org.wormholes.runtime.control.MemberView;
import org.wormholes.runtime.control.NetworkControl;
import org.wormholes.runtime.control.NetworkView;

/// A network for invited nodes over real sockets: who was invited gets in, nobody else learns
/// anything, and who is revoked is cut off.
final class ClosedNetworksTest {
  private static final String HOME = "home";

  private Peers peers;
  private Engine founder;
  private Network home;

  @BeforeEach
  void found() throws IOException {
    peers = new Peers();
    founder = peers.relay();
    founder.networks().create(HOME, "invited");
    home =
        new Network(
            HOME,
            Network.OpenTo.INVITED,
            List.of(founder.id().address()),
            List.of(Peers.contact(founder)));
  }

  @AfterEach
  void close() {
    peers.close();
  }

  private InvitationView invitation(Set<String> roles, int reach) throws IOException {
    return founder
        .networks()
        .invite(
            new NetworkControl.Wish(HOME, roles, reach, Duration.ofDays(90), Duration.ofHours(1)));
  }

  private static NetworkView join(Engine guest, String invitation) {
    return guest.networks().join(invitation, Optional.empty()).toCompletableFuture().join();
  }

  private static boolean knows(Engine engine, Engine other) {
    return engine.nodes().stream().anyMatch(it -> it.node().equals(other.id().address()));
  }

  private static boolean isMember(Engine seen, Engine other) {
    try {
      return seen.networks().members(HOME).stream()
          .map(MemberView::node)
          .anyMatch(other.id().address()::equals);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean ready(Engine client) {
    return client.circuits().stream().anyMatch(each -> each.state() == CircuitView.State.READY);
  }

  @Test
  void whoWasInvitedGetsInAndIsHeardOf() throws Exception {
    Engine relay = peers.relay();
    NetworkView joined = join(relay, invitation(Set.of("relay"), 0).uris().getFirst());
    assertThat(joined.belongs()).isTrue();
    assertThat(joined.roles()).containsExactly("relay");
    assertThat(joined.id()).isEqualTo(home.id());
    Engine client = peers.client();
    client
        .networks()
        .join(invitation(Set.of(), 0).code(), Optional.of(Peers.contact(founder)))
        .toCompletableFuture()
        .join();
    Peers.await("all are members", client, () -> isMember(client, relay) && knows(client, relay));
    Peers.await("all are known", founder, () -> isMember(founder, client));

    // The ruleset need not name the founder: it is the network of that name that was joined.
    Peers.apply(client, Peers.tunnels(2, new Network(HOME, false, List.of())));
    Peers.await("a circuit", client, () -> ready(client));
  }

  @Test
  void aStrangerWithTheSameRulesLearnsNothing() throws Exception {
    Engine stranger = peers.client(home);
    Engine relayOfNobody = peers.relay(home);
    NodeKey key = Peers.newKey();
    for (NodeKey caller : new NodeKey[] {null, key}) {
      try (Caller tap =
          new Caller(
              Peers.place(founder),
              founder.id(),
              caller,
              Caller.presenting(IsolatedNetworksTest.id(home), founder.id()))) {
        tap.run(6_000);
        assertThat(tap.isOver()).isTrue();
        assertThat(tap.closed).isEqualTo(LinkReason.REFUSED);
        assertThat(tap.heard()).isEmpty();
      }
    }
    assertThat(stranger.nodes()).isEmpty();
    assertThat(stranger.status().links()).isZero();
    assertThat(knows(founder, relayOfNobody)).isFalse();
    assertThat(founder.status().links()).isZero();
    assertThat(stranger.networks().networks())
        .singleElement()
        .satisfies(it -> {
          assertThat(it.belongs()).isFalse();
          assertThat(it.nodes()).isZero();
        });
  }

  @Test
  void aRulesetOfANetworkThatWasNotJoinedIsRefused() throws Exception {
    Engine client = peers.client();
    assertThatThrownBy(
            () -> Peers.apply(client, Peers.tunnels(1, new Network("elsewhere", false, List.of()))))
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("wormholes join");
    assertThat(client.networks().networks()).isEmpty();
  }

  @Test
  void usedWrongAndUnknownCodesAreRefusedAndGuessesAreCounted() throws Exception {
    Optional<String> contact = Optional.of(Peers.contact(founder));
    String used = invitation(Set.of(), 0).code();
    join(peers.client(), "wormhole-join://" + contact.get().substring(11) + "/" + used);
    Engine guest = peers.client();
    assertRefused(guest, used, contact);
    assertRefused(guest, "1000-lusab-babad", contact);

    String right = invitation(Set.of(), 0).code();
    String wrong = right.substring(0, right.length() - 1) + (right.endsWith("d") ? "b" : "d");
    for (int i = 0; i < 3; i++) {
      assertRefused(guest, wrong, contact);
    }
    assertRefused(guest, right, contact);
    assertThat(guest.networks().networks()).isEmpty();
    assertRefused(guest, right, Optional.empty());
  }

  private static void assertRefused(Engine guest, String code, Optional<String> contact) {
    assertThatThrownBy(() -> guest.networks().join(code, contact).toCompletableFuture().join())
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void whoWasNeverInvitingDoesNotAnswerWhoKnocks() throws Exception {
    Engine other = peers.relay();
    assertRefused(peers.client(), "417-lusab-babad", Optional.of(Peers.contact(other)));
  }

  @Test
  void aRevokedMemberIsCutOffEverywhereAndStaysOutAfterAStart() throws Exception {
    Engine second = peers.relay();
    join(second, invitation(Set.of(), 0).uris().getFirst());
    NodeKey key = Peers.newKey();
    Peers.Memory memory = new Peers.Memory();
    Engine third = peers.relay(key, memory);
    join(third, invitation(Set.of(), 0).uris().getFirst());
    Engine client = peers.client();
    join(client, invitation(Set.of(), 0).uris().getFirst());
    Peers.await(
        "the client knows all", client, () -> knows(client, second) && knows(client, third));
    Peers.await("the second knows the third", second, () -> isMember(second, third));

    founder.networks().revoke(HOME, third.id().address());
    Peers.await("the founder is rid of it", founder, () -> !knows(founder, third));
    Peers.await("the second is", second, () -> !isMember(second, third) && !knows(second, third));
    Peers.await("the client is", client, () -> !isMember(client, third) && !knows(client, third));
    Peers.await("it has no links", third, () -> third.status().links() == 0);
    assertThat(founder.networks().members(HOME))
        .filteredOn(MemberView::linked)
        .extracting(MemberView::node)
        .doesNotContain(third.id().address());

    third.close();
    Engine again = peers.relay(key, memory);
    try (Caller tap =
        new Caller(
            Peers.place(second),
            second.id(),
            key,
            Caller.presenting(IsolatedNetworksTest.id(home), second.id()))) {
      tap.run(6_000);
      assertThat(tap.closed).isEqualTo(LinkReason.REFUSED);
      assertThat(tap.heard()).isEmpty();
    }
    assertThat(again.status().links()).isZero();
  }

  @Test
  void whatIsKnownOfANetworkOutlivesTheEngine() throws Exception {
    Peers.Memory memory = new Peers.Memory();
    NodeKey key = Peers.newKey();
    Engine guest = peers.client(key, memory);
    join(guest, invitation(Set.of("relay"), 0).uris().getFirst());
    guest.close();
    Engine again = peers.client(key, memory);
    assertThat(again.networks().networks())
        .singleElement()
        .satisfies(it -> {
          assertThat(it.belongs()).isTrue();
          assertThat(it.roles()).containsExactly("relay");
        });
    Peers.await("it is back", again, () -> knows(again, founder));
  }

  @Test
  void onlyWhoMayInvites() throws Exception {
    Engine member = peers.relay();
    join(member, invitation(Set.of("relay"), 0).uris().getFirst());
    NetworkControl.Wish wish =
        new NetworkControl.Wish(HOME, Set.of(), 0, Duration.ofDays(90), Duration.ofHours(1));
    assertThatThrownBy(() -> member.networks().invite(wish)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> member.networks().revoke(HOME, founder.id().address()))
        .hasMessageContaining("founder");

    Engine deputy = peers.relay();
    join(deputy, invitation(Set.of("relay"), 1).uris().getFirst());
    String code = deputy.networks().invite(wish).uris().getFirst();
    Engine below = peers.client();
    join(below, code);
    Peers.await("the founder hears of it", founder, () -> isMember(founder, below));

    founder.networks().revoke(HOME, deputy.id().address());
    Peers.await("who it admitted falls with it", founder, () -> !isMember(founder, below));
  }

  @Test
  void friendsSpeakToEachOtherAndToNobodyElse() throws Exception {
    Network circle = new Network("circle", Network.OpenTo.FRIENDS, List.of(), List.of());
    Engine ada = peers.relay(circle);
    Engine bob = peers.relay(circle);
    Engine eve = peers.relay(circle.withBootstraps(List.of(Peers.contact(ada))));
    ada.networks().befriend("circle", bob.id().address());
    bob.networks().befriend("circle", Peers.contact(ada));
    Peers.await("they know each other", ada, () -> knows(ada, bob));
    Peers.await("both do", bob, () -> knows(bob, ada));

    // A friend of one is told nothing of its other friends.
    Engine cyd = peers.relay(circle);
    cyd.networks().befriend("circle", Peers.contact(ada));
    ada.networks().befriend("circle", cyd.id().address());
    Peers.await("a third friend", cyd, () -> knows(cyd, ada));
    assertThat(knows(cyd, bob)).isFalse();
    assertThat(knows(bob, cyd)).isFalse();
    assertThat(knows(ada, eve)).isFalse();
    assertThat(eve.status().links()).isZero();
    for (NodeKey caller : new NodeKey[] {null, Peers.newKey()}) {
      try (Caller tap =
          new Caller(
              Peers.place(ada),
              ada.id(),
              caller,
              Caller.presenting(IsolatedNetworksTest.id(circle), ada.id()))) {
        tap.run(6_000);
        assertThat(tap.closed).isEqualTo(LinkReason.REFUSED);
        assertThat(tap.heard()).isEmpty();
      }
    }
    ada.networks().unfriend("circle", bob.id().address());
    Peers.await("they part", bob, () -> bob.status().links() == 0);
    Peers.await("and forget", ada, () -> !knows(ada, bob));
  }
}
