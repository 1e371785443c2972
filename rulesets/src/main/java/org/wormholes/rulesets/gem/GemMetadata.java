package org.wormholes.rulesets.gem;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a ruleset's gem says about itself: the parts of `Gem::Specification` that matter here, as
/// plain data, checked.
///
/// @param language which versions of the language it is written in
/// @param entry the script, a path inside the gem
/// @param uses the rulesets it builds on, and which versions will do
/// @param files the paths of all files in the gem
public record GemMetadata(
    GemName name,
    GemVersion version,
    String summary,
    String description,
    List<String> authors,
    List<String> licenses,
    String homepage,
    String entry,
    VersionRange language,
    Tier tier,
    Permissions permissions,
    Map<GemName, VersionRange> uses,
    List<String> files) {
  /// The format of the `wormholes_…` metadata.
  static final String FORMAT = "1";

  /// The version of the language that this engine reads.
  public static final GemVersion LANGUAGE = new GemVersion("1.1");

  private static final int MAX_USES = 32;
  private static final int MAX_TEXT = 4_096;
  private static final int MAX_AUTHORS = 32;

  /// RubyGems takes metadata of up to 1,024 bytes; longer lists go on in `KEY_2` and so on.
  private static final int MAX_VALUE_CHARS = 1_000;

  /// What a script needs in order to be read.
  public enum Tier {
    /// Read as text; no Ruby runs.
    STATIC,
    /// Run by Ruby, which takes consent and a sandbox.
    FULL;

    public String word() {
      return this == STATIC ? "static" : "full";
    }
  }

  public GemMetadata {
    authors = List.copyOf(authors);
    licenses = List.copyOf(licenses);
    uses = java.util.Collections.unmodifiableMap(new TreeMap<>(uses));
    files = files.stream().sorted().toList();
  }

  /// `wormholes-ruleset-NAME-VERSION`.
  public String fullName() {
    return name.gem() + "-" + version;
  }

  // ---- reading

  /// Reads the `metadata.gz` of any gem, and refuses what is no ruleset or wants more than a
  /// ruleset may.
  static GemMetadata read(Yaml spec) throws GemRefusedException {
    GemName name = GemName.ofGem(spec.at("name").text("the gem's name"));
    refuseWhatRuns(spec);
    Map<String, Yaml> metadata = spec.at("metadata").fields("the gem's metadata");
    String format = text(metadata, "wormholes_ruleset");
    if (!format.equals(FORMAT)) {
      throw new GemRefusedException(
          format.isEmpty()
              ? "the gem has no metadata `wormholes_ruleset`: it is no ruleset"
              : "the gem is of format %s; this version reads %s"
                  .formatted(Quote.brief(format), FORMAT));
    }
    VersionRange language =
        VersionRange.read("`wormholes_language`", text(metadata, "wormholes_language"));
    return new GemMetadata(
        name,
        GemVersion.read("the gem's version", spec.at("version").at("version").text("a version")),
        bounded("the summary", spec.at("summary").text("the summary")),
        bounded("the description", spec.at("description").text("the description")),
        bounded("the authors", spec.at("authors").texts("the authors")),
        bounded("the licenses", spec.at("licenses").texts("the licenses")),
        bounded("the homepage", spec.at("homepage").text("the homepage")),
        GemPath.checked(text(metadata, "wormholes_entry")),
        language,
        tier(text(metadata, "wormholes_tier")),
        permissions(metadata),
        uses(spec.at("dependencies").items("the dependencies")),
        spec.at("files").texts("the list of files"));
  }

  private static void refuseWhatRuns(Yaml spec) throws GemRefusedException {
    String platform = spec.at("platform").text("the platform");
    if (!platform.isEmpty() && !platform.equals("ruby")) {
      throw new GemRefusedException(
          "the gem is for the platform `%s`; a ruleset is plain `ruby`"
              .formatted(Quote.brief(platform)));
    }
    refuseAny(spec, "extensions", "has extensions, which would be built and run at installation");
    refuseAny(spec, "executables", "has executables");
    refuseAny(spec, "requirements", "asks for things outside the gem");
  }

  private static void refuseAny(Yaml spec, String field, String why) throws GemRefusedException {
    List<String> found = spec.at(field).texts("`" + field + "`");
    if (!found.isEmpty()) {
      throw new GemRefusedException(
          "the gem %s: `%s`".formatted(why, Quote.brief(found.getFirst())));
    }
  }

  private static Tier tier(String word) throws GemRefusedException {
    return switch (word) {
      case "", "static" -> Tier.STATIC;
      case "full" -> Tier.FULL;
      default ->
          throw new GemRefusedException(
              "`wormholes_tier` is static or full, not `%s`".formatted(Quote.brief(word)));
    };
  }

  private static Permissions permissions(Map<String, Yaml> metadata) throws GemRefusedException {
    Map<String, Yaml> fields = new LinkedHashMap<>();
    for (String kind : Permissions.NONE.byKind().keySet()) {
      StringBuilder lines = new StringBuilder(text(metadata, "wormholes_" + kind));
      for (int part = 2; metadata.containsKey("wormholes_" + kind + "_" + part); part++) {
        lines.append(text(metadata, "wormholes_" + kind + "_" + part));
      }
      if (!lines.isEmpty()) {
        fields.put(kind, Yaml.of(List.of(lines.toString().split("\n", -1))));
      }
    }
    return Permissions.read("the gem's metadata", Yaml.of(fields));
  }

  private static Map<GemName, VersionRange> uses(List<Yaml> dependencies)
      throws GemRefusedException {
    Map<GemName, VersionRange> uses = new TreeMap<>();
    for (Yaml each : dependencies) {
      String gem = each.at("name").text("a dependency's name");
      if (!gem.startsWith(GemName.PREFIX)) {
        throw new GemRefusedException(
            "the gem depends on `%s`; a ruleset depends on rulesets only"
                .formatted(Quote.brief(gem)));
      }
      if (each.at("type").text("a dependency's type").endsWith("development")) {
        continue;
      }
      List<String> bounds = new ArrayList<>();
      for (Yaml bound : each.at("requirement").at("requirements").items("a requirement")) {
        List<Yaml> pair = bound.items("a requirement");
        if (pair.size() != 2) {
          throw new GemRefusedException(
              "the dependency on %s is malformed".formatted(Quote.brief(gem)));
        }
        bounds.add(
            pair.getFirst().text("an operator")
                + " "
                + pair.getLast().at("version").text("a version"));
      }
      uses.put(
          GemName.ofGem(gem), VersionRange.of("the dependency on " + Quote.brief(gem), bounds));
    }
    if (uses.size() > MAX_USES) {
      throw new GemRefusedException("the gem depends on more than %d others".formatted(MAX_USES));
    }
    return uses;
  }

  private static String text(Map<String, Yaml> metadata, String key) throws GemRefusedException {
    return metadata.getOrDefault(key, Yaml.Nothing.NOTHING).text("`" + key + "`");
  }

  private static String bounded(String what, String text) throws GemRefusedException {
    if (text.length() > MAX_TEXT) {
      throw new GemRefusedException("%s has more than %d characters".formatted(what, MAX_TEXT));
    }
    return text;
  }

  private static List<String> bounded(String what, List<String> texts) throws GemRefusedException {
    if (texts.size() > MAX_AUTHORS) {
      throw new GemRefusedException("%s are more than %d".formatted(what, MAX_AUTHORS));
    }
    for (String text : texts) {
      bounded(what, text);
    }
    return texts;
  }

  // ---- writing

  /// The `Gem::Specification` as RubyGems reads it; the same metadata give the same bytes.
  byte[] yaml() {
    YamlWriter.Fields spec = new YamlWriter.Fields("Gem::Specification");
    spec.put("name", name.gem());
    spec.put("version", version(version));
    spec.put("platform", "ruby");
    spec.put("authors", YamlWriter.texts(authors));
    spec.put("autorequire", YamlWriter.nothing());
    spec.put("bindir", "bin");
    spec.put("cert_chain", YamlWriter.list(List.of()));
    spec.put("date", YamlWriter.word("1980-01-02 00:00:00.000000000 Z"));
    spec.put(
        "dependencies",
        YamlWriter.list(
            uses.entrySet().stream()
                .map(use -> dependency(use.getKey(), use.getValue()))
                .toList()));
    spec.put("description", description);
    spec.put("email", YamlWriter.nothing());
    spec.put("executables", YamlWriter.list(List.of()));
    spec.put("extensions", YamlWriter.list(List.of()));
    spec.put("extra_rdoc_files", YamlWriter.list(List.of()));
    spec.put("files", YamlWriter.texts(files));
    spec.put("homepage", homepage.isEmpty() ? YamlWriter.nothing() : YamlWriter.text(homepage));
    spec.put("licenses", YamlWriter.texts(licenses));
    spec.put("metadata", metadata());
    spec.put("post_install_message", YamlWriter.nothing());
    spec.put("rdoc_options", YamlWriter.list(List.of()));
    spec.put("require_paths", YamlWriter.texts(List.of("lib")));
    spec.put("required_ruby_version", requirement(VersionRange.ANY));
    spec.put("required_rubygems_version", requirement(VersionRange.ANY));
    spec.put("requirements", YamlWriter.list(List.of()));
    spec.put("rubygems_version", "3.3.15");
    spec.put("signing_key", YamlWriter.nothing());
    spec.put("specification_version", YamlWriter.number(4));
    spec.put("summary", summary);
    spec.put("test_files", YamlWriter.list(List.of()));
    return YamlWriter.write(spec.node());
  }

  private org.snakeyaml.engine.v2.nodes.Node metadata() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("wormholes_ruleset", FORMAT);
    values.put("wormholes_entry", entry);
    values.put("wormholes_language", language.toString());
    values.put("wormholes_tier", tier.word());
    permissions
        .byKind()
        .forEach((kind, lines) -> chunked(values, "wormholes_" + kind, String.join("\n", lines)));
    values.put("rubygems_mfa_required", "true");
    YamlWriter.Fields fields = new YamlWriter.Fields();
    values.forEach(fields::put);
    return fields.node();
  }

  private static void chunked(Map<String, String> values, String key, String text) {
    int part = 1;
    int from = 0;
    while (from < text.length()) {
      int to = from;
      for (int bytes = 0; to < text.length(); to = text.offsetByCodePoints(to, 1)) {
        int c = text.codePointAt(to);
        bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        if (bytes > MAX_VALUE_CHARS) {
          break;
        }
      }
      values.put(part == 1 ? key : key + "_" + part, text.substring(from, to));
      from = to;
      part++;
    }
  }

  private static org.snakeyaml.engine.v2.nodes.Node version(GemVersion version) {
    return new YamlWriter.Fields("Gem::Version").put("version", version.text()).node();
  }

  private static org.snakeyaml.engine.v2.nodes.Node requirement(VersionRange range) {
    return new YamlWriter.Fields("Gem::Requirement")
        .put(
            "requirements",
            YamlWriter.list(
                range.bounds().stream()
                    .map(bound ->
                        YamlWriter.list(
                            List.of(YamlWriter.text(bound.operator()), version(bound.version()))))
                    .toList()))
        .node();
  }

  private static org.snakeyaml.engine.v2.nodes.Node dependency(GemName name, VersionRange range) {
    return new YamlWriter.Fields("Gem::Dependency")
        .put("name", name.gem())
        .put("requirement", requirement(range))
        .put("type", YamlWriter.word(":runtime"))
        .put("prerelease", YamlWriter.word("false"))
        .put("version_requirements", requirement(range))
        .node();
  }
}
