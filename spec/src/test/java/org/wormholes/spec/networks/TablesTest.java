package org.wormholes.spec.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.Network;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.NetworkStore;
import org.wormholes.runtime.control.TableControl;
import org.wormholes.runtime.control.TableKeyView;
import org.wormholes.runtime.control.TableRecordView;
import org.wormholes.runtime.store.StateFolder;
import org.wormholes.spec.lab.Await;

/// A table over real sockets: members of the ring that never saw its ruleset keep it and hold every
/// writer to its rules.
final class TablesTest {
  private static final Network HOME = new Network("home", true, List.of());
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final Optional<String> NAME = Optional.of("home");

  private Peers peers;
  private final List<Engine> members = new ArrayList<>();

  @TempDir private Path folder;

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

  private void ringOf(int size) throws Exception {
    members.add(peers.relay(HOME));
    get(members.getFirst().rings().create(NAME));
    for (int i = 1; i < size; i++) {
      member(Peers.newKey(), NetworkStore.NONE);
    }
    Await.that("all know all", SOON, this::isWhole);
  }

  private Engine member(NodeKey key, NetworkStore store) throws Exception {
    Engine first = members.getFirst();
    Engine next = peers.relay(key, store, HOME.withBootstraps(List.of(Peers.contact(first))));
    members.add(next);
    Await.that(
        "the first member is known",
        SOON,
        () -> next.nodes().stream().anyMatch(it -> it.node().equals(first.id().address())));
    get(next.rings().join(NAME, Optional.of(first.id().address())));
    return next;
  }

  private boolean isWhole() {
    return members.stream()
        .allMatch(each ->
            get(each.rings().view(NAME)).successors().size() == members.size() - 1
                && get(each.rings().view(NAME)).predecessor().isPresent() == members.size() > 1);
  }

  /// A node without a name that has the ruleset.
  private Engine guest() throws Exception {
    String contact = Peers.contact(members.getFirst());
    Engine guest = peers.client(HOME.withBootstraps(List.of(contact)));
    String script =
        """
        ruleset "test" do
          network "home" do
            open_to :anyone
            bootstrap "%s"
            table "guestbook" do
              write { signed? && text? }
              write { !previous? || author == previous_author }
              limit value: 20_000.bytes
            end
          end
        end
        """
            .formatted(contact);
    var compiled = Compiler.compile("guestbook.rb", script, Options.defaults());
    assertThat(compiled.problems()).isEmpty();
    get(
        guest.apply(
            RuleCodec.decode(
                RuleCodec.encode(compiled.ruleset().orElseThrow(), compiled.sourceMap()))));
    Await.that("nodes are known", SOON, () -> guest.nodes().size() >= members.size());
    return guest;
  }

  private static TableControl.Wish wish(String key, Optional<Bytes> value, Optional<Long> version) {
    return new TableControl.Wish(
        Optional.empty(), "guestbook", key, value, version, Optional.empty());
  }

  private static TableRecordView put(Engine engine, String key, String value) {
    return get(
        engine
            .tables()
            .write(
                wish(
                    key,
                    Optional.of(Bytes.of(value.getBytes(StandardCharsets.UTF_8))),
                    Optional.empty())));
  }

  private static Optional<String> text(Engine engine, String key) {
    return get(engine.tables().read(Optional.empty(), "guestbook", key)).text();
  }

  @Test
  void whatIsWrittenIsThereForOthersAndOutlivesAMember() throws Exception {
    ringOf(5);
    Engine ann = guest();
    Engine bob = guest();
    assertThat(put(ann, "ann/1", "hello").version()).isEqualTo(1);
    assertThat(text(bob, "ann/1")).contains("hello");
    assertThat(put(ann, "ann/1", "hello again").version()).isEqualTo(2);
    String large = "v".repeat(20_000);
    put(ann, "ann/2", large);
    assertThat(text(bob, "ann/2")).contains(large);

    // Rules are asked by those who keep the key, and say where they stand.
    assertThatThrownBy(() -> put(bob, "ann/1", "mine now"))
        .hasMessageContaining("guestbook.rb:7:")
        .hasMessageContaining("previous_author");
    assertThatThrownBy(() ->
            get(
                ann.tables()
                    .write(wish("ann/1", Optional.of(Bytes.ofHex("ff")), Optional.empty()))))
        .hasMessageContaining("guestbook.rb:6:")
        .hasMessageContaining("text?");
    assertThatThrownBy(
            () -> get(ann.tables().write(wish("ann/1", Optional.empty(), Optional.of(1L)))))
        .hasMessageContaining("version 2");

    members.remove(2).close();
    assertThat(text(bob, "ann/1")).contains("hello again");
    assertThat(put(bob, "bob/1", "still here").version()).isEqualTo(1);
    assertThat(
            get(ann.tables().keys(Optional.empty(), "guestbook", "")).stream()
                .map(TableKeyView::key))
        .containsExactlyInAnyOrder("ann/1", "ann/2", "bob/1");
    assertThat(
            get(ann.tables().keys(Optional.empty(), "guestbook", "ann/")).stream()
                .map(TableKeyView::key))
        .containsExactlyInAnyOrder("ann/1", "ann/2");
    get(ann.tables().write(wish("ann/1", Optional.empty(), Optional.of(2L))));
    assertThat(text(bob, "ann/1")).isEmpty();
  }

  @Test
  void aMemberThatComesBackHasItsRecordsAndAnotherGetsThem() throws Exception {
    ringOf(1);
    NodeKey key = Peers.newKey();
    Engine kept;
    try (StateFolder state = StateFolder.open(folder)) {
      kept = member(key, NetworkStore.in(state));
      Await.that("all know all", SOON, this::isWhole);
      Engine ann = guest();
      put(ann, "ann/1", "hello");

      // Two more take the places of the one that goes: what it kept is handed on.
      member(Peers.newKey(), NetworkStore.NONE);
      member(Peers.newKey(), NetworkStore.NONE);
      Await.that("all know all", SOON, this::isWhole);
      Await.that("the record is handed on", SOON, () -> text(ann, "ann/1").isPresent());
      members.remove(kept);
      kept.close();
      Await.that("the ring is whole", SOON, this::isWhole);
      assertThat(text(ann, "ann/1")).contains("hello");
      Engine again = member(key, NetworkStore.in(state));
      Await.that("all know all", SOON, this::isWhole);
      assertThat(put(ann, "ann/1", "anew").version()).isEqualTo(2);
      assertThat(again.id()).isEqualTo(kept.id());
    }
  }
}
