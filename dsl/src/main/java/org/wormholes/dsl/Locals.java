package org.wormholes.dsl;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Scope;

/// The names visible at a place of a script, and what stands around it: the open room, or the facts
/// that a condition may ask for.
final class Locals {
  private final @Nullable Locals outer;
  private final @Nullable RoomFrame room;
  private final @Nullable Scope facts;
  private final int helperDepth;
  private final Map<String, Term> terms = new LinkedHashMap<>();

  private Locals(
      @Nullable Locals outer, @Nullable RoomFrame room, @Nullable Scope facts, int helperDepth) {
    this.outer = outer;
    this.room = room;
    this.facts = facts;
    this.helperDepth = helperDepth;
  }

  static Locals inRoom(@Nullable Locals outer, RoomFrame room) {
    return new Locals(outer, room, null, outer == null ? 0 : outer.helperDepth);
  }

  static Locals inCondition(@Nullable Locals outer, Scope facts) {
    return new Locals(outer, null, facts, outer == null ? 0 : outer.helperDepth);
  }

  /// A block sees everything around it.
  Locals block() {
    return new Locals(this, room, facts, helperDepth);
  }

  /// A helper sees only what it is given, and works in its caller's room.
  Locals helper() {
    return new Locals(null, room, facts, helperDepth + 1);
  }

  @Nullable RoomFrame room() {
    return room;
  }

  @Nullable Scope facts() {
    return facts;
  }

  int helperDepth() {
    return helperDepth;
  }

  @Nullable Term find(String name) {
    for (Locals scope = this; scope != null; scope = scope.outer) {
      Term found = scope.terms.get(name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /// Declares the name here, hiding one of the same name outside.
  void declare(String name, Term term) {
    terms.put(name, term);
  }

  /// Changes the name where it was first assigned, or declares it here.
  void assign(String name, Term term) {
    for (Locals scope = this; scope != null; scope = scope.outer) {
      if (scope.terms.containsKey(name)) {
        scope.terms.put(name, term);
        return;
      }
    }
    terms.put(name, term);
  }

  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (Locals scope = this; scope != null; scope = scope.outer) {
      names.addAll(scope.terms.keySet());
    }
    return names;
  }
}
