package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.List;
import org.wormholes.dsl.Word.Block;
import org.wormholes.dsl.Word.Parameter;
import org.wormholes.dsl.Word.Taken;
import org.wormholes.rules.expr.Scope;

/// A word being declared: what the [Vocabulary] is written with.
final class Declaration {
  private final Room room;
  private final String name;
  private final List<Taken<?>> positional = new ArrayList<>();
  private final List<Taken<?>> named = new ArrayList<>();
  private Block block = new Block.None();
  private boolean repeats;
  private String doc = "";
  private String example = "";

  Declaration(Room room, String name) {
    this.room = room;
    this.name = name;
  }

  <T> Declaration takes(Accepts<T> accepts, String parameter, String label, String about) {
    return add(positional, accepts, parameter, label, true, false, "", about);
  }

  <T> Declaration takesOptional(
      Accepts<T> accepts, String parameter, String label, String fallback, String about) {
    return add(positional, accepts, parameter, label, false, false, fallback, about);
  }

  <T> Declaration takesMany(Accepts<T> accepts, String parameter, String label, String about) {
    return add(positional, accepts, parameter, label, true, true, "", about);
  }

  <T> Declaration named(
      Accepts<T> accepts, String parameter, String label, String fallback, String about) {
    return add(named, accepts, parameter, label, false, false, fallback, about);
  }

  <T> Declaration needs(Accepts<T> accepts, String parameter, String label, String about) {
    return add(named, accepts, parameter, label, true, false, "", about);
  }

  Declaration opens(Room inside, boolean required) {
    block = new Block.Inside(inside, required);
    return this;
  }

  Declaration asks(Scope scope, boolean isScore) {
    block = new Block.Condition(scope, isScore, true);
    return this;
  }

  /// With a condition in a block, or without one.
  Declaration mayAsk(Scope scope) {
    block = new Block.Condition(scope, false, false);
    return this;
  }

  Declaration repeats() {
    repeats = true;
    return this;
  }

  Declaration doc(String text) {
    doc = text;
    return this;
  }

  Declaration example(String text) {
    example = text;
    return this;
  }

  Word means(Word.Meaning meaning) {
    return new Word(room, name, positional, named, block, repeats, doc, example, meaning);
  }

  private <T> Declaration add(
      List<Taken<?>> to,
      Accepts<T> accepts,
      String parameter,
      String label,
      boolean required,
      boolean repeated,
      String fallback,
      String about) {
    Parameter declared =
        new Parameter(parameter, label, accepts.described(), required, repeated, fallback, about);
    to.add(new Taken<>(declared, accepts));
    return this;
  }
}
