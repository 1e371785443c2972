package org.wormholes.rulesets.gem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.wormholes.dsl.Compilation;
import org.wormholes.rules.Ruleset;

/// A new project whose tests pass at once.
public final class Skeleton {
  private Skeleton() {}

  /// Makes the folder and what is in it.
  ///
  /// @throws FileAlreadyExistsException if there is something already
  public static void create(GemName name, String author, Path folder) throws IOException {
    Files.createDirectory(folder);
    for (Map.Entry<String, String> file : files(name, author).entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
  }

  static Map<String, String> files(GemName name, String author) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(name.script(), script(name));
    files.put("test/flows.rb", tests(name));
    files.put("README.md", readme(name));
    Ruleset rules = compiled(name);
    files.put(name.stem() + ".golden", ProjectCheck.golden(rules));
    files.put(Project.FILE, projectFile(name, author, Permissions.of(rules)));
    return files;
  }

  private static Ruleset compiled(GemName name) {
    try {
      Compilation compilation =
          GemCompiler.compile(
              "",
              name.script(),
              Map.of(name.script(), script(name).getBytes(StandardCharsets.UTF_8)),
              GemMetadata.Tier.STATIC,
              org.wormholes.dsl.Uses.NONE,
              FullRuby.NEVER);
      return compilation.ruleset().orElseThrow();
    } catch (GemRefusedException e) {
      throw new IllegalStateException("the first script of a project is not sound", e);
    }
  }

  private static String script(GemName name) {
    return """
    # What this ruleset is for, in a sentence.
    ruleset "%s", version: "0.1.0" do
      network "commons" do
        open_to :anyone
      end

      tunnel "web", over: "commons" do
        entry { socks port: 1080 }
        relay 3 do
          distinct :operator
        end
        exit { allow { port.in? [80, 443] } }
      end

      routes do
        refuse    { host.under? "onion", "i2p" }
        to("web") { port.in? [80, 443] }
      end
    end
    """
        .formatted(name);
  }

  private static String tests(GemName name) {
    return """
    # Example flows, and what must become of them: `wormholes ruleset test` runs this file.
    tests "%s" do
      flow("https://example.org").uses "web"
      flow("http://example.org").uses "web"
      flow("https://abcdefgh.onion").refused
      flow("example.org:22").refused
    end
    """
        .formatted(name);
  }

  private static String projectFile(GemName name, String author, Permissions permissions) {
    return """
    # What the gem says about itself. README.md of the project says more.
    name: %s
    version: 0.1.0
    summary: "One line for those who look for a ruleset."
    authors:
    - %s
    licenses:
    - MIT
    language: "~> 1.0"
    """
            .formatted(name, quoted(author))
        + ProjectFile.permissions(permissions);
  }

  private static String quoted(String text) {
    return "\"" + Quote.brief(text).replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static String readme(GemName name) {
    return """
    # %1$s

    A ruleset for Wormholes: what it is for, which ports it opens, what it hides and what not.

        wormholes ruleset install ./wormholes-ruleset-%1$s-0.1.0.gem
        wormholes apply %1$s

    ## Working on it

    - `%2$s`: the script. `wormholes words` lists what it may say.
    - `ruleset.yaml`: the name, version and permissions of the gem. A ruleset that does more than is declared there is
      not packed, and not installed. Rulesets that it builds on stand under `uses:`, as in `quiet-web: "~> 1.0"`.
    - `test/*.rb`: flows, and what is expected of them.
    - `%3$s.golden`: what the script compiles to, in words; it must not change by accident.

    `wormholes ruleset test` checks all of it; with `--write` it writes the golden text and the permissions anew, to be
    read before they are kept. `wormholes ruleset pack` makes the gem and signs it.
    """
        .formatted(name, name.script(), name.stem());
  }
}
