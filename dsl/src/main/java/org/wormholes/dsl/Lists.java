package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.wormholes.rules.expr.AddressRange;
import org.wormholes.rules.expr.AddressSet;
import org.wormholes.rules.expr.DomainSet;

/// Reads the list files that `listed?` names: one domain ([ListLine]), address or range a line; `#`
/// starts a comment. They stand beside the ruleset, and their content becomes part of the compiled
/// rules.
final class Lists {
  private static final int MOST_FAULTS_TOLD = 10;

  private final ListFiles files;
  private final Problems problems;
  private final Map<String, DomainSet> domains = new HashMap<>();
  private final Map<String, AddressSet> addresses = new HashMap<>();

  Lists(ListFiles files, Problems problems) {
    this.files = files;
    this.problems = problems;
  }

  DomainSet domains(String name) {
    DomainSet known = domains.get(name);
    if (known == null) {
      known = DomainSet.of(entries(name, "domain", ListLine::domains));
      domains.put(name, known);
    }
    return known;
  }

  AddressSet addresses(String name) {
    AddressSet known = addresses.get(name);
    if (known == null) {
      List<AddressRange> ranges = entries(name, "address or range", line -> List.of(range(line)));
      known = AddressSet.of(ranges);
      addresses.put(name, known);
    }
    return known;
  }

  private <T> List<T> entries(String name, String what, Function<String, List<T>> parsed) {
    Source source = Source.of(name, read(name));
    if (!source.isText()) {
      throw Mistake.of("the list \"" + name + "\" is not text");
    }
    List<T> entries = new ArrayList<>();
    int faults = 0;
    String[] lines = source.text().split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      String entry = ListLine.withoutComment(lines[i]);
      if (entry.isEmpty() || entry.startsWith(";")) {
        continue;
      }
      try {
        entries.addAll(parsed.apply(entry));
      } catch (Mistake mistake) {
        faults++;
        if (faults <= MOST_FAULTS_TOLD) {
          problems.add(
              Problem.error(source.positionOfLine(i + 1), mistake.message())
                  .expecting("one " + what + " a line")
                  .hinting(mistake.hint()));
        }
      }
      if (entries.size() > ListFiles.MAX_ENTRIES) {
        throw Mistake.of(
            "the list \"" + name + "\" has more than " + ListFiles.MAX_ENTRIES + " entries");
      }
    }
    if (faults > 0) {
      throw new Halt();
    }
    if (entries.isEmpty()) {
      throw Mistake.of("the list \"" + name + "\" is empty: nothing is ever in it");
    }
    return entries;
  }

  /// Published lists of ranges also put comments after a `;`.
  private static AddressRange range(String line) {
    int comment = line.indexOf(';');
    return Membership.requireRange((comment < 0 ? line : line.substring(0, comment)).strip());
  }

  private byte[] read(String name) {
    if (name.isEmpty()
        || name.startsWith("/")
        || name.contains("\\")
        || name.contains("..")
        || name.contains(":")) {
      throw new Mistake(
          "the list \"" + name + "\" must stand beside the ruleset",
          "a file name such as \"ads.txt\" or \"lists/ads.txt\"",
          "");
    }
    Optional<byte[]> bytes = files.read(name);
    if (bytes.isEmpty()) {
      throw new Mistake(
          "there is no list \"" + name + "\" beside the ruleset",
          "",
          Suggestion.didYouMean(name, files.names()));
    }
    if (bytes.get().length > ListFiles.MAX_BYTES) {
      throw Mistake.of("the list \"" + name + "\" has more than " + ListFiles.MAX_BYTES + " bytes");
    }
    return bytes.get();
  }
}
