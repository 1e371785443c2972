package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ruby_lang.prism.Nodes;
import org.ruby_lang.prism.Nodes.Node;

/// Where a script's calls stand, found again by what Ruby tells of a call: its name and its line.
final class CallSites {
  private final Source source;
  private final Map<String, List<Nodes.CallNode>> calls = new HashMap<>();
  private final Map<String, Integer> turns = new HashMap<>();

  private CallSites(Source source) {
    this.source = source;
  }

  static CallSites of(Source source, Nodes.ProgramNode program) {
    CallSites sites = new CallSites(source);
    sites.collect(program);
    return sites;
  }

  private void collect(Node node) {
    if (node instanceof Nodes.CallNode call) {
      calls.computeIfAbsent(Reader.text(call.name), name -> new ArrayList<>()).add(call);
    }
    for (Node child : node.childNodes()) {
      if (child != null) {
        collect(child);
      }
    }
  }

  /// The calls of this name that Ruby may mean by a line: those whose name stands on it, or else
  /// those whose arguments reach it.
  List<Nodes.CallNode> on(String name, int line) {
    List<Nodes.CallNode> all = calls.getOrDefault(name, List.of());
    List<Nodes.CallNode> exact = all.stream().filter(call -> lineOf(call) == line).toList();
    return exact.isEmpty()
        ? all.stream().filter(call -> lineOf(call) <= line && line <= lastLine(call)).toList()
        : exact;
  }

  /// One of them: several calls on a line are taken to run in turn, again and again.
  Nodes.@Nullable CallNode next(String name, int line) {
    List<Nodes.CallNode> candidates = on(name, line);
    if (candidates.isEmpty()) {
      return null;
    }
    int turn = turns.merge(name + ":" + line, 1, Integer::sum) - 1;
    return candidates.get(turn % candidates.size());
  }

  private int lineOf(Nodes.CallNode call) {
    return source.lineOf(nameStart(call));
  }

  private int lastLine(Nodes.CallNode call) {
    int end = call.arguments == null ? nameStart(call) : call.arguments.endOffset();
    return source.lineOf(end);
  }

  int nameStart(Nodes.CallNode call) {
    int from =
        call.receiver == null
            ? call.startOffset
            : source.find(call.receiver.endOffset(), call.name);
    return from < 0 ? call.startOffset : from;
  }
}
