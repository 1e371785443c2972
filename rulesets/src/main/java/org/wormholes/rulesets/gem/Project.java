package org.wormholes.rulesets.gem;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// A folder that a ruleset's gem is made of: `ruleset.yaml`, which says what RubyGems wants to know
/// and what the ruleset may do; the script and its lists; `NAME.golden`, what it compiles to; and
/// `test/*.rb`.
///
/// @param metadata as the gem will say it; its `files` are those of the folder
/// @param paths where rulesets that are used stand, if not installed
public record Project(
    Path folder, GemMetadata metadata, Map<GemName, Path> paths, SortedMap<String, byte[]> files) {
  /// What makes a folder a project.
  public static final String FILE = "ruleset.yaml";

  /// What is left out of a gem, beside hidden files.
  private static final Set<String> LEFT_OUT = Set.of("pkg", "target", "tmp");

  private static final Set<String> FIELDS =
      Set.of(
          "name",
          "version",
          "summary",
          "description",
          "authors",
          "licenses",
          "homepage",
          "language",
          "entry",
          "tier",
          "uses",
          "permissions");

  public Project {
    paths = Map.copyOf(paths);
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /// Whether there is a project in the folder.
  public static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(FILE));
  }

  /// Reads a folder.
  ///
  /// @throws IOException if it can't be read
  /// @throws GemRefusedException if no gem can be made of it
  public static Project read(Path folder) throws IOException, GemRefusedException {
    Yaml yaml;
    try {
      yaml = YamlReader.read(FILE, bounded(folder.resolve(FILE), YamlReader.MAX_BYTES));
    } catch (NoSuchFileException e) {
      throw new GemRefusedException(
          "there is no %s in %s; `wormholes ruleset new NAME` makes a project"
              .formatted(FILE, folder),
          e);
    }
    SortedMap<String, byte[]> files = files(folder);
    GemReader.checkFiles(files);
    Map<GemName, Path> paths = new LinkedHashMap<>();
    return new Project(folder, metadata(folder, yaml, files, paths), paths, files);
  }

  private static GemMetadata metadata(
      Path folder, Yaml yaml, Map<String, byte[]> files, Map<GemName, Path> paths)
      throws GemRefusedException {
    for (String field : yaml.fields(FILE).keySet()) {
      if (!FIELDS.contains(field)) {
        throw new GemRefusedException(
            "%s has a field `%s` that nobody knows; there are %s"
                .formatted(
                    FILE,
                    Quote.brief(field),
                    String.join(", ", FIELDS.stream().sorted().toList())));
      }
    }
    String named = required(yaml, "name");
    if (!GemName.isValid(named)) {
      throw new GemRefusedException(
          "`name` in %s must be words of a-z and 0-9 joined by `-`; it is `%s`"
              .formatted(FILE, Quote.brief(named)));
    }
    GemName name = new GemName(named);
    String entry = yaml.at("entry").text("`entry` in " + FILE);
    String language = yaml.at("language").text("`language` in " + FILE);
    String tier = yaml.at("tier").text("`tier` in " + FILE);
    if (!Set.of("", "static", "full").contains(tier)) {
      throw new GemRefusedException("`tier` in %s is static or full".formatted(FILE));
    }
    List<String> authors = yaml.at("authors").texts("`authors` in " + FILE);
    if (authors.isEmpty()) {
      throw new GemRefusedException("%s needs `authors`".formatted(FILE));
    }
    GemMetadata metadata =
        new GemMetadata(
            name,
            GemVersion.read("`version` in " + FILE, required(yaml, "version")),
            required(yaml, "summary"),
            yaml.at("description").text("`description` in " + FILE),
            authors,
            yaml.at("licenses").texts("`licenses` in " + FILE),
            yaml.at("homepage").text("`homepage` in " + FILE),
            GemPath.checked(entry.isEmpty() ? name.script() : entry),
            language.isEmpty()
                ? VersionRange.read("the language", "~> 1.0")
                : VersionRange.read("`language` in " + FILE, language),
            tier.equals("full") ? GemMetadata.Tier.FULL : GemMetadata.Tier.STATIC,
            Permissions.read("`permissions` in " + FILE, yaml.at("permissions")),
            uses(folder, yaml.at("uses"), paths),
            List.copyOf(files.keySet()));
    if (!files.containsKey(metadata.entry())) {
      throw new GemRefusedException(
          "the project lacks its script `%s`".formatted(metadata.entry()));
    }
    return metadata;
  }

  private static String required(Yaml yaml, String field) throws GemRefusedException {
    String text = yaml.at(field).text("`%s` in %s".formatted(field, FILE));
    if (text.isBlank()) {
      throw new GemRefusedException("%s needs `%s`".formatted(FILE, field));
    }
    return text.strip();
  }

  /// `uses:` is a map from names to ranges, or to a range and a `path`.
  private static Map<GemName, VersionRange> uses(Path folder, Yaml yaml, Map<GemName, Path> paths)
      throws GemRefusedException {
    Map<GemName, VersionRange> uses = new LinkedHashMap<>();
    for (Map.Entry<String, Yaml> each : yaml.fields("`uses` in " + FILE).entrySet()) {
      if (!GemName.isValid(each.getKey())) {
        throw new GemRefusedException(
            "`uses` in %s has no ruleset's name: `%s`".formatted(FILE, Quote.brief(each.getKey())));
      }
      GemName name = new GemName(each.getKey());
      Yaml told = each.getValue();
      Optional<String> plain = told.text();
      String range = plain.isPresent() ? plain.get() : told.at("version").text("`version`");
      String path = plain.isPresent() ? "" : told.at("path").text("`path`");
      uses.put(
          name,
          range.isEmpty()
              ? VersionRange.ANY
              : VersionRange.read("`uses` in %s, %s".formatted(FILE, name), range));
      if (!path.isEmpty()) {
        paths.put(name, folder.resolve(path).normalize());
      }
    }
    return uses;
  }

  private static SortedMap<String, byte[]> files(Path folder)
      throws IOException, GemRefusedException {
    SortedMap<String, Path> found = new TreeMap<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            boolean skipped =
                !dir.equals(folder) && (isHidden(dir) || LEFT_OUT.contains(name(dir)));
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!isHidden(file) && !name(file).endsWith(".gem")) {
              found.put(folder.relativize(file).toString().replace('\\', '/'), file);
            }
            return found.size() > GemReader.MAX_FILES
                ? FileVisitResult.TERMINATE
                : FileVisitResult.CONTINUE;
          }
        });
    if (found.size() > GemReader.MAX_FILES) {
      throw new GemRefusedException(
          "the project has more than %d files".formatted(GemReader.MAX_FILES));
    }
    SortedMap<String, byte[]> files = new TreeMap<>();
    long total = 0;
    for (Map.Entry<String, Path> each : found.entrySet()) {
      GemPath.checked(each.getKey());
      if (!Files.isRegularFile(each.getValue(), LinkOption.NOFOLLOW_LINKS)) {
        throw new GemRefusedException("`%s` is no plain file".formatted(each.getKey()));
      }
      byte[] content = bounded(each.getValue(), (int) GemReader.MAX_UNPACKED);
      total += content.length;
      if (total > GemReader.MAX_UNPACKED) {
        throw new GemRefusedException(
            "the project has more than %d bytes".formatted(GemReader.MAX_UNPACKED));
      }
      files.put(each.getKey(), content);
    }
    return files;
  }

  private static boolean isHidden(Path file) {
    return name(file).startsWith(".");
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  private static byte[] bounded(Path file, int most) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(most + 1);
    }
  }

  /// Where the golden text stands.
  public String golden() {
    String entry = metadata.entry();
    return entry.substring(0, entry.length() - ".rb".length()) + ".golden";
  }

  /// The paths of the tests.
  public List<String> tests() {
    return files.keySet().stream()
        .filter(path -> path.startsWith("test/") && path.endsWith(".rb"))
        .toList();
  }
}
