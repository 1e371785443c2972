package org.wormholes.dsl;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.wormholes.dsl.Word.Block;
import org.wormholes.dsl.Word.Parameter;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;
import org.wormholes.rules.expr.Type;

/// The reference of the language, made from the [Vocabulary], the facts, the questions and the
/// units.
public final class Reference {
  private final StringBuilder out = new StringBuilder();

  private Reference() {}

  /// The whole reference as a Markdown page: `spec/words.md`.
  public static String markdown() {
    Reference page = new Reference();
    page.introduction();
    for (Room room : Room.values()) {
      page.room(room);
    }
    page.conditions();
    page.facts();
    page.questions();
    page.units();
    page.ruby();
    return page.out.toString();
  }

  private void introduction() {
    out.append(
        """
        # Words

        Everything a ruleset can say. This page is made from the vocabulary in `dsl` (`VocabularyTest`
        says so); `wormholes words` shows the same in a terminal.

        A ruleset is Ruby to read: blocks are rooms, and each room has words of its own. Blocks that hold a
        *condition* are never run as Ruby; they become rules of a small language of their own, checked
        when the ruleset is.

        """);
  }

  private void room(Room room) {
    out.append("## In ").append(room.described()).append("\n\n");
    for (Word word : Vocabulary.words(room)) {
      word(word);
    }
  }

  private void word(Word word) {
    out.append("### `").append(word.usage()).append("`\n\n").append(word.doc());
    if (word.block() instanceof Block.Condition(Scope scope, boolean isScore, _)) {
      out.append(isScore ? " Its block is a score" : " Its block is a condition");
      out.append(" about the facts of ").append(scope.description()).append('.');
    }
    out.append(word.repeats() ? " May be said several times.\n\n" : "\n\n");
    List<Parameter> parameters =
        java.util.stream.Stream.concat(word.positional().stream(), word.named().stream()).toList();
    if (!parameters.isEmpty()) {
      out.append("| value | takes | without it | |\n|---|---|---|---|\n");
      word.positional().forEach(p -> parameter(p, p.name().toUpperCase(Locale.ROOT)));
      word.named().forEach(p -> parameter(p, p.name() + ":"));
      out.append('\n');
    }
    out.append("```ruby\n").append(word.example()).append("\n```\n\n");
  }

  private void parameter(Parameter parameter, String shown) {
    String fallback = parameter.required() ? "needed" : parameter.fallback();
    row("`" + shown + "`", parameter.accepted(), fallback, parameter.doc());
  }

  private void conditions() {
    out.append(
        """
        ## Conditions

        A condition asks for facts and compares them with constants. It has an answer, whatever the
        facts are, after a bounded number of steps.

        | what | how |
        |---|---|
        | joining | `&&`, `\\|\\|`, `!`, `and`, `or`, `not`, parentheses |
        | choosing | `a ? b : c`, `if … else … end`, `unless … else … end`; always with the other branch |
        | comparing | `==`, `!=`, and for amounts and times `<`, `<=`, `>`, `>=` |
        | reckoning | `+`, `-`, `*`, `/`, `%` between amounts that go together; `[a, b].min`, `[a, b].max` |
        | ranges | `80..90`, `80...90`, `1024..`, `"22:00".."06:00"`, `"mon".."fri"` |
        | lists | `%w[a b]`, `[80, 443]`; `.any?`, `.all?`, `.none?` with a block, over constants |
        | everything | `otherwise` is always met |
        | from outside | constants, local variables, and helpers made with `def` at the top of the file |

        Facts that are *live* are about the world at the moment a flow enters. They are damped: what
        changes to and fro does not move flows to and fro, and a flow that runs is never moved by them.
        What is not known is false, empty, or (a duration) as long as can be.

        Division by zero gives zero; an amount that is too large stays at the largest there is. Numbers
        that are facts divide with a fraction; whole constants divide as in Ruby, rounding down.

        """);
  }

  private void facts() {
    for (Scope scope : Scope.values()) {
      out.append("### Facts of ").append(scope.description()).append("\n\n");
      out.append("Asked in ").append(Vocabulary.askedIn(scope)).append(".\n\n");
      out.append("| fact | is | | example |\n|---|---|---|---|\n");
      for (Fact fact : Fact.in(scope)) {
        row(
            "`" + fact.usage() + "`",
            Terms.kindOf(fact.type()),
            fact.documentation() + (fact.isLive() ? " *Live.*" : ""),
            "`" + fact.example() + "`");
      }
      out.append('\n');
    }
  }

  private void questions() {
    out.append("### Questions\n\n| question | of | | example |\n|---|---|---|---|\n");
    for (Question question : Question.questions()) {
      String types =
          question.types().stream()
              .sorted()
              .map(Type::description)
              .map(Reference::bare)
              .collect(Collectors.joining(", "));
      row("`" + question.name() + "`", types, question.doc(), "`" + question.example() + "`");
    }
    out.append('\n');
  }

  private static String bare(String description) {
    return description.replaceFirst("^an? ", "").replace("string", "text");
  }

  private void units() {
    out.append("### Units\n\n| unit | is |\n|---|---|\n");
    for (Units.Unit unit : Units.ALL) {
      String names =
          unit.names().stream().map(name -> "`." + name + "`").collect(Collectors.joining(", "));
      row(names, unit.doc());
    }
    out.append('\n');
  }

  private void ruby() {
    out.append(
        """
        ## Ruby

        Outside conditions, a file may use local variables, constants, text with `#{…}`, heredocs, lists,
        hashes, ranges, arithmetic with units, `if`, `unless`, `? :`, `&&`, `||`, `!`, helpers made with
        `def` at the top of the file, and loops over constants: `each`, `each_with_index`, `times`, `map`,
        `flat_map`, `select`, `reject`, `find`, `count`, `sum`, `any?`, `all?`, `none?`. No Ruby runs for
        that. What needs more says so (`this needs full Ruby`); for your own files all of Ruby can be
        had, and the same file gives the same bytes either way.
        """);
  }

  private void row(String... cells) {
    out.append("| ");
    out.append(
        java.util.Arrays.stream(cells)
            .map(cell -> cell.contains("\\|") ? cell : cell.replace("|", "\\|"))
            .collect(Collectors.joining(" | ")));
    out.append(" |\n");
  }
}
