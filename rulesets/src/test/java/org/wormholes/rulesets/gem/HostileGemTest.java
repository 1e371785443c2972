package org.wormholes.rulesets.gem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Gems that mean harm: each is refused with its reason, and nothing is written.
class HostileGemTest {
  @TempDir Path temp;

  private record Attack(String name, Content file, String reason) {
    Attack(String name, byte[] gem, String reason) {
      this(name, Content.of(gem), reason);
    }
  }

  @Test
  void theSoundOneIsTaken() throws Exception {
    GemStore store = TestGems.store(temp);

    LockedGem locked =
        store.accept(store.offer(RawGem.sound().bytes(), false, false), false, false);

    assertThat(locked.signer()).isEmpty();
    assertThat(store.rules(locked).ruleset().name()).isEqualTo("web");
  }

  @TestFactory
  Stream<DynamicTest> areRefused() {
    return attacks().map(each -> dynamicTest(each.name(), () -> refused(each)));
  }

  private Stream<Attack> attacks() {
    byte[] sound = RawGem.sound().bytes();
    return Stream.of(
        new Attack("nothing", new byte[0], "no tar"),
        new Attack("no tar", "not a gem".repeat(100).getBytes(StandardCharsets.UTF_8), "no tar"),
        new Attack(
            "text as long as a tar", "x".repeat(2048).getBytes(StandardCharsets.UTF_8), "no tar"),
        new Attack("only zeros", new byte[2048], "no files"),
        new Attack("too long", new byte[GemReader.MAX_BYTES + 1], "more than 8388608 bytes"),
        path("../../.bashrc.rb", "leads out of the gem"),
        path("lists/../../x.txt", "leads out of the gem"),
        path("./x.txt", "leads out of the gem"),
        path("/etc/cron.d/x.txt", "is absolute"),
        path("C:/x.txt", "is absolute"),
        path("\\\\host\\x.txt", "is absolute"),
        path("a\\..\\x.txt", "characters that no file of a ruleset has"),
        path(".git/config.txt", "characters that no file of a ruleset has"),
        path("x\u202etxt.rb", "characters that no file of a ruleset has"),
        path("x\n.rb", "characters that no file of a ruleset has"),
        path("a//x.rb", "characters that no file of a ruleset has"),
        path("a/b/c/d/e/f/g/x.rb", "nested too deeply"),
        path("l".repeat(101) + ".rb", "longer than 100 characters"),
        path("rubygems_plugin.rb", "which RubyGems would run"),
        path("lib/RubyGems_Plugin.rb", "which RubyGems would run"),
        path("ext/extconf.rb", "which RubyGems would run"),
        path("lib/native.so", "is no file of a ruleset"),
        path("x.jar", "is no file of a ruleset"),
        path("Rakefile", "is no file of a ruleset"),
        path("WEB.rb", "are one file on some systems"),
        path("web.rb/x.txt", "is a file and a folder at once"),
        new Attack("a file twice", RawGem.sound().file("web.rb", "").bytes(), "`web.rb` twice"),
        new Attack(
            "a symbolic link",
            special(RawGem.SYMLINK, "/etc/passwd"),
            "has a link, `x.txt` to `/etc/passwd`"),
        new Attack(
            "a hard link", special(RawGem.HARD_LINK, "web.rb"), "has a link, `x.txt` to `web.rb`"),
        new Attack("a device", special(RawGem.DEVICE, ""), "no plain file"),
        new Attack("a pipe", special(RawGem.PIPE, ""), "no plain file"),
        new Attack(
            "a folder",
            RawGem.sound().special("x.txt/", RawGem.FOLDER, "").bytes(),
            "no plain file"),
        new Attack("a file to be run", RawGem.sound().executable("x.txt").bytes(), "is executable"),
        new Attack(
            "bytes that are no text",
            RawGem.sound().file("x.txt", new byte[] {0}).bytes(),
            "not UTF-8 text"),
        new Attack(
            "an ELF program",
            RawGem.sound().file("x.txt", new byte[] {0x7f, 'E', 'L', 'F', (byte) 0xff}).bytes(),
            "not UTF-8 text"),
        new Attack("a bomb of zeros", bomb(), "unpacks to more than"),
        new Attack(
            "a bomb in the metadata",
            RawGem.sound().part("metadata.gz", GemArchive.zipped(new byte[4 << 20])).bytes(),
            "was changed"),
        new Attack("too many files", crowd(), "more than 500 files"),
        new Attack(
            "a part that gems do not have",
            RawGem.sound().part("post_install", new byte[0]).bytes(),
            "a part `post_install`"),
        new Attack("no metadata", without("metadata.gz"), "has no metadata.gz"),
        new Attack("no data", without("data.tar.gz"), "has no data.tar.gz"),
        new Attack("no sums", without("checksums.yaml.gz"), "has no checksums.yaml.gz"),
        new Attack(
            "other data",
            RawGem.sound()
                .part("data.tar.gz", GemArchive.zipped(RawGem.sound().file("more.rb", "x").data()))
                .bytes(),
            "data.tar.gz is not what checksums.yaml says"),
        new Attack(
            "other metadata",
            RawGem.sound()
                .part("metadata.gz", GemArchive.zipped("name: x".getBytes(StandardCharsets.UTF_8)))
                .bytes(),
            "metadata.gz is not what checksums.yaml says"),
        sums("--- {}\n", "has no SHA-256 or SHA-512 of metadata.gz"),
        sums("SHA1:\n  metadata.gz: aa\n  data.tar.gz: aa\n", "has no SHA-256 or SHA-512"),
        sums("SHA512: []\n", "has no SHA-256 or SHA-512"),
        sums("SHA512:\n  metadata.gz: 00\n  data.tar.gz: 00\n", "it was changed"),
        sums("[[", "not YAML"),
        new Attack(
            "sums that are no gzip",
            RawGem.sound().part("checksums.yaml.gz", new byte[9]).bytes(),
            "no gzip"),
        spec("wormholes-ruleset-web", "rails", "the gem is called `rails`"),
        spec("wormholes-ruleset-web", "wormholes-ruleset-", "the gem is called"),
        spec("wormholes-ruleset-web", "wormholes-ruleset-../x", "the gem is called"),
        spec("version: 1.0.0", "version: 1.0.0/../x", "must be a version"),
        spec("platform: ruby", "platform: java", "for the platform `java`"),
        spec("extensions: []", "extensions: [ext/extconf.rb]", "has extensions"),
        spec("executables: []", "executables: [web]", "has executables"),
        spec(
            "dependencies: []",
            "requirements: [libc]\ndependencies: []",
            "asks for things outside"),
        spec(
            "dependencies: []",
            "dependencies:\n- name: rake\n  requirement:\n    requirements: [[\">=\", {version: '0'}]]",
            "depends on `rake`"),
        spec("wormholes_ruleset: '1'", "x: y", "it is no ruleset"),
        spec("wormholes_ruleset: '1'", "wormholes_ruleset: '9'", "is of format 9"),
        spec("\"~> 1.0\"", "\"~> 9.0\"", "is written in language ~> 9.0"),
        spec("wormholes_entry: web.rb", "wormholes_entry: ../../etc/x.rb", "leads out of the gem"),
        spec("wormholes_entry: web.rb", "wormholes_entry: other.rb", "lacks its script `other.rb`"),
        spec("files: [%s]", "files: [%s, more.rb]", "is not what is in it"),
        spec("wormholes_listens: tcp 127.0.0.1:1080", "x: y", "does more than it declares"),
        spec("wormholes_exits: public addresses", "wormholes_tier: magic", "static or full"),
        spec("wormholes_exits: public addresses", "wormholes_tier: full", "needs full Ruby"),
        spec("summary: A test.", "summary: " + "x".repeat(5_000), "more than 4096 characters"),
        spec("summary: A test.", "summary: *nothing", "an anchor that is not there"),
        spec("summary: A test.", "name: twice", "twice"),
        spec(
            "summary: A test.", "summary: " + "[".repeat(40) + "]".repeat(40), "nested too deeply"),
        spec(
            "summary: A test.",
            "summary: [" + "a,".repeat(25_000) + "a]",
            "more than 20000 values"),
        spec("summary: A test.", billionLaughs(), "must be text"),
        new Attack("more than an archive", joined(sound, sound), "goes on after its end"),
        new Attack(
            "something after the end",
            joined(sound, "x".repeat(512).getBytes(StandardCharsets.UTF_8)),
            "goes on after its end"),
        new Attack(
            "a signature of nobody",
            signed("wormholes_signature: 1"),
            "not in a form that is known"),
        new Attack("a signature that is no YAML", signed("{"), "not YAML"),
        new Attack("another's signature", signed(stolen()), "not that of the signer"),
        new Attack(
            "a key of low order",
            signed(
                "wormholes_signature: '1'\nsigner: '"
                    + "0".repeat(64)
                    + "'\nsignature: '"
                    + "0".repeat(128)
                    + "'\n"),
            "not that of the signer"));
  }

  private static Attack path(String path, String reason) {
    return new Attack("path " + path, RawGem.sound().file(path, "x").bytes(), reason);
  }

  private static Attack spec(String from, String to, String reason) {
    return new Attack(
        "specification: " + to.substring(0, Math.min(50, to.length())),
        RawGem.sound().spec(from, to).bytes(),
        reason);
  }

  private static Attack sums(String yaml, String reason) {
    return new Attack(
        "sums " + yaml,
        RawGem.sound()
            .part("checksums.yaml.gz", GemArchive.zipped(yaml.getBytes(StandardCharsets.UTF_8)))
            .bytes(),
        reason);
  }

  private static byte[] special(byte kind, String target) {
    return RawGem.sound().special("x.txt", kind, target).bytes();
  }

  private static byte[] bomb() {
    byte[] spaces = new byte[40 << 20];
    Arrays.fill(spaces, (byte) ' ');
    return RawGem.sound().file("x.txt", spaces).bytes();
  }

  private static byte[] crowd() {
    RawGem gem = RawGem.sound();
    for (int i = 0; i < 500; i++) {
      gem.file("lists/%d.txt".formatted(i), "");
    }
    return gem.bytes();
  }

  private static byte[] without(String part) {
    try {
      var parts = GemArchive.files("x", RawGem.sound().bytes(), new GemArchive.Bounds(9, 1 << 20));
      parts.remove(part);
      return GemArchive.tar(parts);
    } catch (GemRefusedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String billionLaughs() {
    StringBuilder yaml = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 60; i++) {
      yaml.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    return yaml.append("summary: *a59").toString();
  }

  private static byte[] signed(String signature) {
    return RawGem.sound()
        .part(GemSignature.FILE, signature.getBytes(StandardCharsets.UTF_8))
        .bytes();
  }

  /// A signature that fits another gem.
  private static String stolen() {
    byte[] signature = TestGems.ANN.sign("something else".getBytes(StandardCharsets.UTF_8));
    return "wormholes_signature: '1'\nsigner: '%s'\nsignature: '%s'\n"
        .formatted(
            HexFormat.of().formatHex(TestGems.ANN.publicKey()),
            HexFormat.of().formatHex(signature));
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private void refused(Attack attack) throws IOException {
    Path folder = Files.createTempDirectory(temp, "store");
    GemStore store = TestGems.store(folder);

    assertThatThrownBy(() -> store.offer(attack.file().bytes(), false, false))
        .isInstanceOf(GemRefusedException.class)
        .hasMessageContaining(attack.reason())
        .satisfies(thrown ->
            assertThat(String.valueOf(thrown.getMessage()).chars())
                .allMatch(c -> c >= ' ' && c != 0x202e));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void areRefusedWhenCutShortAnywhere() throws Exception {
    byte[] gem = TestGems.undeclared();
    GemReader reader = new GemReader(TestGems.CHECK);
    assertThat(reader.read(gem).signer()).isPresent();

    for (int length = 0; length < gem.length; length += 512) {
      byte[] cut = Arrays.copyOf(gem, length);
      assertThatThrownBy(() -> reader.read(cut))
          .as("cut at " + length)
          .isInstanceOf(GemRefusedException.class);
    }
    for (int length = 1; length < gem.length; length += 37) {
      if (length % 512 != 0) {
        byte[] cut = Arrays.copyOf(gem, length);
        assertThatThrownBy(() -> reader.read(cut)).hasMessageContaining("cut short");
      }
    }
  }

  /// Whatever is flipped in a signed gem, it is refused, or its content is what was signed.
  @Test
  void noChangeOfASignedGemGoesUnseen() throws Exception {
    byte[] gem = TestGems.undeclared();
    GemReader reader = new GemReader(TestGems.CHECK);
    RulesetGem sound = reader.read(gem);
    long seed = 20_260_101;
    Random random = new Random(seed);
    int refused = 0;

    for (int round = 0; round < 3_000; round++) {
      byte[] changed = gem.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        RulesetGem read = reader.read(changed);
        assertThat(read.metadata()).as("seed " + seed).isEqualTo(sound.metadata());
        assertThat(read.script()).as("seed " + seed).isEqualTo(sound.script());
        assertThat(read.signer()).as("seed " + seed).isEqualTo(sound.signer());
      } catch (GemRefusedException e) {
        refused++;
      }
    }

    assertThat(refused).isGreaterThan(1_000);
  }
}
