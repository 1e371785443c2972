package org.wormholes.spec.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.Network;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.control.RingLookupView;
import org.wormholes.runtime.control.RingPeerView;
import org.wormholes.runtime.control.RingView;
import org.wormholes.spec.lab.Await;

/// The ring of a network over real sockets: nodes join, agree on who is responsible, and go on
/// without those that leave or die.
final class RingsTest {
  private static final Network HOME = new Network("home", true, List.of());
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final Optional<String> NAME = Optional.of("home");

  private Peers peers;
  private final List<Engine> members = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    peers = new Peers();
  }

  @AfterEach
  void close() {
    peers.close();
  }

  private static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static RingView ring(Engine engine) {
    return get(engine.rings().view(NAME));
  }

  private void ringOf(int size) throws Exception {
    members.add(peers.relay(HOME));
    get(members.getFirst().rings().create(NAME));
    Network home = HOME.withBootstraps(List.of(Peers.contact(members.getFirst())));
    for (int i = 1; i < size; i++) {
      Engine next = peers.relay(home);
      members.add(next);
      Await.that(
          "the first member is known",
          SOON,
          () ->
              next.nodes().stream().anyMatch(it -> it.node().equals(address(members.getFirst()))));
      get(next.rings().join(NAME, Optional.of(address(members.getFirst()))));
    }
    Await.that("the ring is in order", SOON, this::inOrder);
  }

  private static String address(Engine engine) {
    return engine.id().address();
  }

  /// Whether each has all others in the order of the ring behind it.
  private boolean inOrder() {
    List<RingView> views = members.stream().map(RingsTest::ring).toList();
    List<String> ids = views.stream().map(view -> view.self().id()).sorted().toList();
    for (RingView view : views) {
      int at = ids.indexOf(view.self().id());
      List<String> expected = new ArrayList<>();
      for (int i = 1; i < ids.size(); i++) {
        expected.add(ids.get((at + i) % ids.size()));
      }
      if (!view.successors().stream().map(RingPeerView::id).toList().equals(expected)
          || !view.predecessor().map(RingPeerView::id).equals(Optional.of(expected.getLast()))) {
        return false;
      }
    }
    return true;
  }

  /// Who stands first from the id on.
  private String owner(String id) {
    List<String> ids = members.stream().map(each -> ring(each).self().id()).sorted().toList();
    return ids.stream()
        .filter(each -> each.compareTo(id) >= 0)
        .min(Comparator.naturalOrder())
        .orElse(ids.getFirst());
  }

  private void allAgree(List<Engine> asked) {
    for (Engine each : asked) {
      for (int i = 0; i < 8; i++) {
        RingLookupView found = get(each.rings().lookup(NAME, "key " + i));
        assertThat(found.owner().id()).isEqualTo(owner(found.id()));
        assertThat(found.replicas()).hasSize(members.size() - 1);
      }
    }
  }

  @Test
  void membersAgreeAndGoOnWithoutThoseThatLeaveOrDie() throws Exception {
    ringOf(6);
    allAgree(members);

    // One says goodbye, one is gone without a word.
    Engine left = members.remove(2);
    get(left.rings().leave(NAME));
    Await.that("the ring closed over who left", SOON, this::inOrder);
    assertThat(ring(left).member()).isFalse();
    members.remove(1).close();
    Await.that("the ring closed over who died", SOON, this::inOrder);
    allAgree(members);
    // Who is no member may look up.
    allAgree(List.of(left));
    Engine client = peers.client(HOME.withBootstraps(List.of(Peers.contact(members.getFirst()))));
    Await.that("nodes are known", SOON, () -> client.nodes().size() >= members.size());
    allAgree(List.of(client));
  }

  @Test
  void twoThatBothBeginARingGrowTogether() throws Exception {
    members.add(peers.relay(HOME));
    members.add(peers.relay(HOME.withBootstraps(List.of(Peers.contact(members.getFirst())))));
    for (Engine each : members) {
      get(each.rings().create(NAME));
    }
    Await.that("one ring", SOON, this::inOrder);
    allAgree(members);
  }

  @Test
  void whoServesNobodyIsNoMember() throws Exception {
    Engine client = peers.client(HOME);
    assertThatThrownBy(() -> get(client.rings().create(NAME)))
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("serves nobody");
    assertThatThrownBy(() -> get(client.rings().create(Optional.of("elsewhere"))))
        .hasMessageContaining("no network elsewhere");
    assertThatThrownBy(() -> get(client.rings().lookup(NAME, "key")))
        .hasMessageContaining("nobody of the ring");
  }
}
