package org.wormholes.rulesets;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.ListFiles;
import org.wormholes.dsl.Options;
import org.wormholes.dsl.Tier;

/// The ready-made rulesets, as packed into the jar. Each stands in a folder of its own name in
/// `rulesets/`, beside the lists it uses.
public final class Rulesets {
  private static final List<String> NAMES =
      List.of(
          "hello",
          "quiet_web",
          "onion_i2p",
          "work_split",
          "block_ads",
          "through_friend",
          "lan_direct",
          "per_app",
          "ssh_jump",
          "dev_ports",
          "kill_switch",
          "work_hours",
          "streaming",
          "by_country",
          "udp_dns",
          "two_personas",
          "home_network",
          "quick_games",
          "family");

  private Rulesets() {}

  /// The names of all, the simplest first.
  public static List<String> names() {
    return NAMES;
  }

  /// The script of a ruleset, or empty if there is none of this name.
  public static Optional<String> script(String name) {
    return NAMES.contains(name)
        ? read(name, name + ".rb").map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        : Optional.empty();
  }

  /// Compiles a ruleset; messages call it `rulesets/NAME/NAME.rb`, as in the source tree.
  ///
  /// @throws IllegalArgumentException if there is none of this name
  public static Compilation compile(String name, Tier tier) {
    String script =
        script(name).orElseThrow(() -> new IllegalArgumentException("no ruleset `" + name + "`"));
    ListFiles lists = file -> file.contains("/") ? Optional.empty() : read(name, file);
    return Compiler.compile(
        "rulesets/" + name + "/" + name + ".rb", script, Options.of(tier).with(lists));
  }

  /// Compiles a ruleset without running any Ruby.
  public static Compilation compile(String name) {
    return compile(name, Tier.STATIC);
  }

  private static Optional<byte[]> read(String name, String file) {
    try (InputStream in = Rulesets.class.getResourceAsStream(name + "/" + file)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("reading the packed ruleset " + name, e);
    }
  }
}
