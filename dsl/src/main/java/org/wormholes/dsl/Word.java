package org.wormholes.dsl;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.wormholes.rules.expr.Scope;

/// A word of the language: where it may stand, what it takes, what it is for, and what it does to
/// the draft of a ruleset.
public final class Word {
  /// A value that a word takes.
  ///
  /// @param name how it is called in the reference; of a named value, the name in the script
  /// @param label how messages call it: "the port"
  /// @param accepted which values fit, for people
  /// @param fallback what stands where nothing is given, or empty
  public record Parameter(
      String name,
      String label,
      String accepted,
      boolean required,
      boolean repeated,
      String fallback,
      String doc) {}

  /// What a word's block is.
  public sealed interface Block {
    /// There is none.
    record None() implements Block {}

    /// A room with words of its own.
    record Inside(Room room, boolean required) implements Block {}

    /// A condition (or, to prefer by, a score) about the facts of a scope. It is never run.
    record Condition(Scope scope, boolean isScore, boolean required) implements Block {}
  }

  /// What a word means.
  interface Meaning {
    Value apply(Builder builder, RoomFrame frame, Call call);
  }

  private final Room room;
  private final String name;
  private final List<Taken<?>> positional;
  private final List<Taken<?>> named;
  private final Block block;
  private final boolean repeats;
  private final String doc;
  private final String example;
  private final Meaning meaning;

  /// A parameter with the reader of its values.
  record Taken<T>(Parameter parameter, Accepts<T> accepts) {}

  Word(
      Room room,
      String name,
      List<Taken<?>> positional,
      List<Taken<?>> named,
      Block block,
      boolean repeats,
      String doc,
      String example,
      Meaning meaning) {
    this.room = room;
    this.name = name;
    this.positional = List.copyOf(positional);
    this.named = List.copyOf(named);
    this.block = block;
    this.repeats = repeats;
    this.doc = doc;
    this.example = example;
    this.meaning = meaning;
  }

  /// The room it may stand in.
  public Room room() {
    return room;
  }

  public String name() {
    return name;
  }

  /// Values in order.
  public List<Parameter> positional() {
    return positional.stream().<Parameter>map(Taken::parameter).toList();
  }

  /// Values by name.
  public List<Parameter> named() {
    return named.stream().<Parameter>map(Taken::parameter).toList();
  }

  public Block block() {
    return block;
  }

  /// Whether it may be said more than once in its room.
  public boolean repeats() {
    return repeats;
  }

  public String doc() {
    return doc;
  }

  /// A line or more that uses it, as it would stand in its room.
  public String example() {
    return example;
  }

  List<Taken<?>> takenInOrder() {
    return positional;
  }

  Optional<Taken<?>> takenByName(String wanted) {
    return named.stream().filter(taken -> taken.parameter().name().equals(wanted)).findFirst();
  }

  Meaning meaning() {
    return meaning;
  }

  /// How it is written: `socks port: 1080, host: "127.0.0.1", udp: false`.
  public String usage() {
    StringBuilder usage = new StringBuilder(name);
    String values =
        java.util.stream.Stream.concat(
                positional().stream()
                    .map(p ->
                        p.name().toUpperCase(java.util.Locale.ROOT) + (p.repeated() ? ", …" : "")),
                named().stream()
                    .map(p -> p.required() ? p.name() + ": …" : "[" + p.name() + ": …]"))
            .collect(Collectors.joining(", "));
    if (!values.isEmpty()) {
      usage.append(block instanceof Block.Condition ? "(" + values + ")" : " " + values);
    }
    return usage
        .append(
            switch (block) {
              case Block.None _ -> "";
              case Block.Inside(_, boolean required) -> required ? " do … end" : " [do … end]";
              case Block.Condition(_, _, boolean required) -> required ? " { … }" : " [{ … }]";
            })
        .toString();
  }
}
