package org.wormholes.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// The rulesets that come with the program.
final class BundledRulesets {
  private static final String HELLO = "/org/wormholes/rulesets/hello/hello.rb";

  private BundledRulesets() {}

  /// The first one anybody sees.
  static ScriptOption.Rules hello() {
    return ScriptOption.bundled("hello.rb", text(HELLO));
  }

  private static String text(String resource) {
    try (InputStream in = BundledRulesets.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the program is incomplete: " + resource + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + resource, e);
    }
  }
}
