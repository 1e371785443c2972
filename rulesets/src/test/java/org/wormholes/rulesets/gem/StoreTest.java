package org.wormholes.rulesets.gem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.codec.RuleSigner;

/// Installing gems, and what is made of them afterwards.
class StoreTest {
  @TempDir Path temp;
  private GemStore store;

  @BeforeEach
  void open() {
    store = TestGems.store(temp);
  }

  @Test
  void whatIsInstalledIsWhatRuns() throws Exception {
    LockedGem locked = install(gem("web", "1.0.0", 1080, TestGems.ANN));

    assertThat(store.rules(locked).digest()).isEqualTo(locked.rules());
    assertThat(store.rules(locked).ruleset().tunnels()).hasSize(1);
    assertThat(store.lock().gems()).containsExactly(locked);
    assertThat(store.fault(locked)).isEmpty();
    assertThat(store.strays()).isEmpty();
  }

  @Test
  void anOfferWritesNothing() throws Exception {
    store.offer(gem("web", "1.0.0", 1080, TestGems.ANN), false, false);

    assertThat(store.path()).doesNotExist();
  }

  @Test
  void anOfferTellsOfTheSignature() throws Exception {
    byte[] web = gem("web", "1.0.0", 1080, TestGems.ANN);
    assertThat(offer(web).signature()).isEqualTo(Offer.Signature.UNKNOWN);
    install(web);

    assertThat(offer(gem("web", "1.1.0", 1080, TestGems.ANN)).signature())
        .isEqualTo(Offer.Signature.SAME);
    assertThat(offer(gem("mail", "1.0.0", 1080, TestGems.ANN)).signature())
        .isEqualTo(Offer.Signature.KNOWN);
    assertThat(offer(TestGems.gem(temp, "ssh", "1.0.0", 1080, Optional.empty())).signature())
        .isEqualTo(Offer.Signature.NONE);
    assertThat(offer(web).installed()).isTrue();
  }

  @Test
  void aNameBelongsToTheSignerThatWasSeenFirst() throws Exception {
    LockedGem first = install(gem("web", "1.0.0", 1080, TestGems.ANN));
    byte[] eves = gem("web", "1.1.0", 1080, TestGems.EVE);
    byte[] nobodys = TestGems.gem(temp, "web", "1.1.0", 1080, Optional.empty());

    refused(() -> offer(eves), "was signed by");
    refused(() -> offer(nobodys), "and this gem by nobody");
    store.remove(List.of(first), false);
    refused(() -> offer(eves), "was signed by");

    assertThat(store.offer(eves, false, true).signature()).isEqualTo(Offer.Signature.UNKNOWN);
    store.remove(List.of(), false);
    LockedGem again = install(gem("web", "1.0.0", 1080, TestGems.ANN));
    store.remove(List.of(again), true);
    assertThat(offer(eves).signature()).isEqualTo(Offer.Signature.UNKNOWN);
  }

  @Test
  void anUpgradeTellsWhatIsMoreAndLess() throws Exception {
    install(gem("web", "1.0.0", 1080, TestGems.ANN));

    Offer offer = offer(gem("web", "1.1.0", 1081, TestGems.ANN));

    assertThat(offer.before().orElseThrow().version()).isEqualTo(new GemVersion("1.0.0"));
    assertThat(offer.more()).containsEntry("listens", List.of("tcp 127.0.0.1:1081")).hasSize(1);
    assertThat(offer.less()).containsEntry("listens", List.of("tcp 127.0.0.1:1080")).hasSize(1);

    store.accept(offer, false, true);
    assertThat(store.lock().gems())
        .extracting(gem -> gem.version().text())
        .containsExactly("1.1.0");
    try (Stream<Path> gems = Files.list(store.path().resolve("gems"))) {
      assertThat(gems).hasSize(1);
    }
  }

  @Test
  void versionsStandSideBySideAndTheNewestIsMeant() throws Exception {
    install(gem("web", "1.9.0", 1080, TestGems.ANN));
    install(gem("web", "1.10.0", 1081, TestGems.ANN));

    Lock lock = store.lock();
    assertThat(lock.gems()).hasSize(2);
    assertThat(lock.newest(new GemName("web")).orElseThrow().version().text()).isEqualTo("1.10.0");
    assertThat(
            lock.newest(new GemName("web"), VersionRange.read("a range", "~> 1.9.0"))
                .orElseThrow()
                .version()
                .text())
        .isEqualTo("1.9.0");
  }

  @Test
  void anotherGemOfTheSameVersionIsRefused() throws Exception {
    install(gem("web", "1.0.0", 1080, TestGems.ANN));

    refused(
        () -> offer(gem("web", "1.0.0", 1081, TestGems.ANN)),
        "another gem that calls itself web 1.0.0 is installed");
  }

  @Test
  void aGemThatDoesMoreThanItDeclaresIsRefused() throws Exception {
    byte[] gem = TestGems.undeclared();

    refused(() -> offer(gem), "does more than it declares: listens tcp 127.0.0.1:1080");
    assertThat(store.path()).doesNotExist();
  }

  @Test
  void aGemThatDoesNotCompileIsRefused() throws Exception {
    refused(() -> offer(of("rulesett(1)")), "web does not compile: ");
    refused(() -> offer(of("system('id')")), "web says it is static, but needs full Ruby: ");
  }

  private static byte[] of(String script) {
    return GemWriter.write(
        TestGems.metadata("web", Permissions.NONE, List.of("web.rb")),
        TestGems.files("web.rb", script),
        Optional.empty());
  }

  @Test
  void aGemThatWasChangedInTheStoreIsNotUsed() throws Exception {
    LockedGem locked = install(gem("web", "1.0.0", 1080, TestGems.ANN));
    Path file = store.path().resolve("gems").resolve(locked.digest() + ".gem");
    Files.write(file, gem("web", "1.0.0", 1081, TestGems.ANN));

    refused(() -> store.rules(locked), "is not what the lock names: it was changed");
    assertThat(store.fault(locked)).hasValueSatisfying(it -> assertThat(it).contains("changed"));
    Files.delete(file);
    refused(() -> store.rules(locked), "the store has lost the gem");
  }

  @Test
  void aLockThatWasChangedIsNotBelieved() throws Exception {
    LockedGem locked = install(gem("web", "1.0.0", 1080, TestGems.ANN));
    Path file = store.path().resolve("lock.yaml");
    String text = Files.readString(file);

    Files.writeString(file, text.replace("127.0.0.1:1080", "127.0.0.1:9999"));
    refused(() -> store.rules(only()), "the lock says of web 1.0.0 what its gem does not");
    Files.writeString(file, text.replace(locked.rules(), "wr1-" + "0".repeat(64)));
    refused(() -> store.rules(only()), "compiles to other rules than those that were agreed to");
    Files.writeString(file, "gems: [");
    refused(() -> store.lock(), "the lock file is not YAML");
  }

  @Test
  void keptRulesThatAreDamagedAreMadeAnew() throws Exception {
    LockedGem locked = install(gem("web", "1.0.0", 1080, TestGems.ANN));
    try (Stream<Path> kept = Files.list(store.path().resolve("compiled"))) {
      Files.writeString(kept.findFirst().orElseThrow(), "not rules");
    }

    assertThat(store.rules(locked).digest()).isEqualTo(locked.rules());
  }

  @Test
  void aGemBuildsOnAnotherThatIsInstalled() throws Exception {
    byte[] mine = mine();
    GemStore empty = new GemStore(temp.resolve("empty"), TestGems.CHECK, FullRuby.NEVER);
    refused(
        () -> empty.offer(mine, false, false), "mine builds on web ~> 1.0, which is not installed");

    LockedGem locked = install(mine);
    LockedGem base = store.lock().newest(new GemName("web")).orElseThrow();

    assertThat(locked.uses()).extracting(LockedGem.Used::digest).containsExactly(base.digest());
    assertThat(store.rules(locked).ruleset().tunnels())
        .extracting(Tunnel::name)
        .containsExactly("web", "fast");
    refused(() -> store.remove(List.of(base), false), "web 1.0.0 is what mine builds on");

    install(gem("web", "1.5.0", 1090, TestGems.ANN));
    assertThat(store.rules(locked).digest()).isEqualTo(locked.rules());
    Files.writeString(store.path().resolve("gems").resolve(base.digest() + ".gem"), "x");
    refused(() -> store.rules(locked), "it was changed");
  }

  @Test
  void anUpgradeKeepsWhatOthersBuildOn() throws Exception {
    install(mine());

    store.accept(offer(gem("web", "1.5.0", 1090, TestGems.ANN)), false, true);

    assertThat(store.lock().gems())
        .extracting(gem -> gem.name() + " " + gem.version())
        .containsExactly("mine 1.0.0", "web 1.0.0", "web 1.5.0");
  }

  private byte[] mine() throws IOException, GemRefusedException {
    install(gem("web", "1.0.0", 1080, TestGems.ANN));
    Path folder =
        TestGems.written(
            temp.resolve("mine"),
            TestGems.project(
                "mine",
                "1.0.0",
                "ruleset(\"mine\") { use \"web\"; tunnel(\"fast\") { relay 1 }; routes { to(\"fast\") { otherwise } } }"));
    Path file = folder.resolve(Project.FILE);
    Files.writeString(file, Files.readString(file) + "uses: {web: \"~> 1.0\"}\n");
    return TestGems.packed(folder, store, Optional.of(TestGems.ANN));
  }

  @Test
  void aFileOfOnesOwnUsesTheNewest() throws Exception {
    install(gem("web", "1.0.0", 1080, TestGems.ANN));
    install(gem("web", "1.2.0", 1081, TestGems.ANN));

    Compilation compilation =
        Compiler.compile(
            "mine.rb", "ruleset(\"mine\") { use \"web\" }", Options.defaults().using(store.uses()));

    assertThat(
            compilation
                .ruleset()
                .orElseThrow()
                .tunnels()
                .getFirst()
                .entries()
                .getFirst()
                .listen()
                .port())
        .isEqualTo(1081);
    assertThat(store.uses().names()).containsExactly("web");
  }

  @Test
  void fullRubyTakesConsentForThisVeryGem() throws Exception {
    GemMetadata plain = TestGems.metadata("web", Permissions.of(compiled()), List.of("web.rb"));
    GemMetadata full =
        new GemMetadata(
            plain.name(),
            plain.version(),
            plain.summary(),
            plain.description(),
            plain.authors(),
            plain.licenses(),
            plain.homepage(),
            plain.entry(),
            plain.language(),
            GemMetadata.Tier.FULL,
            plain.permissions(),
            plain.uses(),
            plain.files());
    byte[] gem =
        GemWriter.write(
            full, TestGems.files("web.rb", TestGems.web("web", 1080)), Optional.empty());
    FullRuby sandbox =
        (name, entry, files, options) ->
            Compiler.compile(name, files.getOrDefault(entry, new byte[0]), Options.defaults());
    GemStore withRuby = new GemStore(store.path(), TestGems.CHECK, sandbox);

    refused(() -> withRuby.offer(gem, false, false), "needs full Ruby; say --allow-ruby");
    refused(() -> store.offer(gem, true, false), "which is not run here");
    LockedGem locked = withRuby.accept(withRuby.offer(gem, true, false), true, false);

    assertThat(locked.consent()).isTrue();
    assertThat(Files.readString(store.path().resolve("lock.yaml")))
        .contains("consent: \"full ruby\"");
    assertThat(withRuby.rules(locked).digest()).isEqualTo(locked.rules());
  }

  private static org.wormholes.rules.Ruleset compiled() {
    return Compiler.compile("web.rb", TestGems.web("web", 1080), Options.defaults())
        .ruleset()
        .orElseThrow();
  }

  private LockedGem only() throws IOException, GemRefusedException {
    return store.lock().gems().getFirst();
  }

  private byte[] gem(String name, String version, int port, RuleSigner signer)
      throws IOException, GemRefusedException {
    return TestGems.gem(temp, name, version, port, Optional.of(signer));
  }

  private Offer offer(byte[] gem) throws IOException, GemRefusedException {
    return store.offer(gem, false, false);
  }

  private LockedGem install(byte[] gem) throws IOException, GemRefusedException {
    return store.accept(offer(gem), false, false);
  }

  private static void refused(ThrowingCallable call, String reason) {
    assertThatThrownBy(call).isInstanceOf(GemRefusedException.class).hasMessageContaining(reason);
  }
}
