package org.wormholes.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.wormholes.dsl.Room;
import org.wormholes.dsl.Vocabulary;
import org.wormholes.dsl.Word;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `wormholes words`: the reference, from the vocabulary itself.
@Command(
    name = "words",
    mixinStandardHelpOptions = true,
    description = "List the words of the ruleset language, or explain one.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:listed", "2:there is no such word"})
final class WordsCommand implements Callable<Integer> {
  /// What is reported.
  record Reference(List<Entry> words, List<FactEntry> facts) {}

  /// A word.
  record Entry(
      String name,
      String room,
      String usage,
      String doc,
      String example,
      List<Word.Parameter> parameters) {
    static Entry of(Word word) {
      return new Entry(
          word.name(),
          word.room().described(),
          word.usage(),
          word.doc(),
          word.example(),
          Stream.concat(word.positional().stream(), word.named().stream()).toList());
    }
  }

  /// A fact that conditions may ask for.
  ///
  /// @param usage the name, with what it is asked about where it is about something
  record FactEntry(
      String name, String usage, String type, List<String> of, String doc, String example) {
    static FactEntry of(Fact fact) {
      return new FactEntry(
          fact.word(),
          fact.usage(),
          fact.type().description(),
          fact.scopes().stream().sorted().map(Scope::description).toList(),
          fact.documentation(),
          fact.example());
    }
  }

  @Mixin private Reporting reporting;

  @Parameters(arity = "0..1", paramLabel = "WORD", description = "A word or a fact to explain.")
  private @Nullable String word;

  @Override
  public Integer call() {
    Reference all = all();
    Paint paint = reporting.paint();
    if (word == null) {
      reporting.print(all, it -> overview(paint));
      return ExitCode.OK;
    }
    String wanted = word;
    Reference found =
        new Reference(
            all.words().stream().filter(it -> it.name().equals(wanted)).toList(),
            all.facts().stream().filter(it -> it.name().equals(wanted)).toList());
    if (found.words().isEmpty() && found.facts().isEmpty()) {
      throw new CommandFailure(ExitCode.USAGE, unknown(wanted, all));
    }
    reporting.print(found, it -> details(it, paint));
    return ExitCode.OK;
  }

  private static Reference all() {
    return new Reference(
        Vocabulary.words().stream().map(Entry::of).toList(),
        Stream.of(Fact.values()).map(FactEntry::of).toList());
  }

  private static List<String> overview(Paint paint) {
    List<String> lines = new ArrayList<>();
    for (Room room : Room.values()) {
      Columns words = new Columns("  ");
      Vocabulary.words(room)
          .forEach(it -> words.row(paint.bold(it.name()), firstSentence(it.doc())));
      section(lines, "in " + room.described(), words);
    }
    for (Scope scope : Scope.values()) {
      Columns facts = new Columns("  ");
      Fact.in(scope).forEach(it -> facts.row(paint.bold(it.usage()), it.documentation()));
      section(lines, "facts of " + scope.description(), facts);
    }
    lines.removeLast();
    return lines;
  }

  private static void section(List<String> lines, String title, Columns content) {
    if (!content.isEmpty()) {
      lines.add(title);
      lines.addAll(content.lines());
      lines.add("");
    }
  }

  private static List<String> details(Reference found, Paint paint) {
    List<String> lines = new ArrayList<>();
    for (Entry each : found.words()) {
      lines.add(paint.bold(each.usage()) + "   " + paint.dim("in " + each.room()));
      lines.add("");
      lines.add("  " + each.doc());
      Columns parameters = new Columns("  ");
      for (Word.Parameter it : each.parameters()) {
        parameters.row(it.name(), it.accepted(), about(it));
      }
      section(lines, "", parameters);
      example(lines, each.example());
    }
    for (FactEntry each : found.facts()) {
      lines.add(
          "%s   %s"
              .formatted(
                  paint.bold(each.usage()),
                  paint.dim("fact of " + String.join(" and of ", each.of()) + ", " + each.type())));
      lines.add("");
      lines.add("  " + each.doc());
      example(lines, each.example());
    }
    lines.removeLast();
    return lines;
  }

  private static String about(Word.Parameter parameter) {
    return parameter.fallback().isEmpty()
        ? parameter.doc()
        : parameter.doc() + " Without it: " + parameter.fallback() + ".";
  }

  private static void example(List<String> lines, String example) {
    if (!lines.getLast().isEmpty()) {
      lines.add("");
    }
    example.lines().forEach(line -> lines.add("      " + line));
    lines.add("");
  }

  private static String firstSentence(String doc) {
    int end = doc.indexOf(". ");
    return end < 0 ? doc : doc.substring(0, end + 1);
  }

  private static String unknown(String wanted, Reference all) {
    return Stream.concat(
            all.words().stream().map(Entry::name), all.facts().stream().map(FactEntry::name))
        .distinct()
        .filter(it -> distance(it, wanted) <= Math.max(1, wanted.length() / 3))
        .min(Comparator.comparingInt(it -> distance(it, wanted)))
        .map(it -> "there is no word `%s`; did you mean `%s`?".formatted(wanted, it))
        .orElse("there is no word `%s`; 'wormholes words' lists them all".formatted(wanted));
  }

  /// Levenshtein's: how many letters to add, drop or change.
  private static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = above[0];
      above[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = above[j];
        above[j] = Math.min(change, 1 + Math.min(above[j], above[j - 1]));
      }
    }
    return above[b.length()];
  }
}
