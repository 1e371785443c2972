package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.Type;

/// A question that a condition may ask of a fact: its word, what it is asked of, documentation and
/// an example.
public record Question(String name, Set<Type> types, String doc, String example) {
  private static final Set<Type> AMOUNTS =
      EnumSet.of(Type.NUMBER, Type.DURATION, Type.SIZE, Type.RATE);

  private static final List<Question> ALL = all();

  public Question {
    types = Set.copyOf(types);
  }

  /// All questions, in the order of the reference.
  public static List<Question> questions() {
    return ALL;
  }

  static List<Question> of(Type type) {
    return ALL.stream().filter(question -> question.types.contains(type)).toList();
  }

  static Optional<Question> named(String name) {
    return ALL.stream().filter(question -> question.name.equals(name)).findFirst();
  }

  private static List<Question> all() {
    List<Question> all = new ArrayList<>();
    all.add(
        new Question(
            "in?",
            EnumSet.complementOf(EnumSet.of(Type.YES_NO)),
            "Whether the value is in a list or a range. A range of times may pass midnight; a list of"
                + " addresses may hold ranges such as `\"10.0.0.0/8\"`; days may be a range such as"
                + " `\"mon\"..\"fri\"`.",
            "port.in? [80, 443, 8000..8999]"));
    all.add(
        new Question(
            "between?",
            EnumSet.of(Type.NUMBER, Type.DURATION, Type.SIZE, Type.RATE, Type.TIME),
            "Whether the value is one of two ends or between them.",
            "latency.between? 10.ms, 80.ms"));
    all.add(
        new Question(
            "under?",
            EnumSet.of(Type.TEXT),
            "Whether the host (or `sni`, or `http_host`) is one of these domains or a name under one.",
            "host.under? \"example.org\", \"example.net\""));
    all.add(
        new Question(
            "listed?",
            EnumSet.of(Type.TEXT, Type.ADDRESS),
            "Whether the host (or address) is in a list file beside the ruleset: one domain (or"
                + " address or range) a line, `#` starts a comment. Lines of hosts files that lead"
                + " nowhere (`0.0.0.0 ads.example`) and plain rules of ad blockers (`||ads.example^`)"
                + " are domains too. The file is read when the ruleset is compiled.",
            "host.listed? \"ads.txt\""));
    all.add(
        new Question(
            "match?",
            EnumSet.of(Type.TEXT),
            "Whether a regular expression is found in the text; the same as `=~`. `^` and `$` stand"
                + " for the ends of the whole text; there are no look-arounds or back-references, and"
                + " the time it takes is bounded.",
            "host =~ /\\.example\\.(org|net)$/"));
    all.add(
        new Question(
            "start_with?",
            EnumSet.of(Type.TEXT),
            "Whether the text starts with one of these.",
            "host.start_with? \"www.\""));
    all.add(
        new Question(
            "end_with?",
            EnumSet.of(Type.TEXT),
            "Whether the text ends with one of these. For domains `under?` is safer.",
            "operator.end_with? \".example\""));
    all.add(
        new Question(
            "include?",
            EnumSet.of(Type.TEXT),
            "Whether the text has this somewhere in it. Of a list or range: whether it has the fact,"
                + " as `in?` the other way round.",
            "host.include? \"ads\""));
    all.add(
        new Question(
            "empty?", EnumSet.of(Type.TEXT), "Whether the text has no characters.", "user.empty?"));
    all.add(
        new Question(
            "length",
            EnumSet.of(Type.TEXT),
            "How many characters the text has.",
            "host.length > 60"));
    all.add(
        new Question(
            "bytesize",
            EnumSet.of(Type.TEXT),
            "The text's size in bytes of UTF-8.",
            "host.bytesize < 100.bytes"));
    all.add(
        new Question(
            "downcase",
            EnumSet.of(Type.TEXT),
            "The text with the letters A to Z in lower case.",
            "operator.downcase == \"example\""));
    all.add(new Question("zero?", AMOUNTS, "Whether the amount is 0.", "uptime.zero?"));
    all.add(
        new Question(
            "positive?", AMOUNTS, "Whether the amount is more than 0.", "bandwidth.positive?"));
    all.add(
        new Question(
            "negative?", AMOUNTS, "Whether the amount is less than 0.", "!latency.negative?"));
    all.add(
        new Question(
            "clamp",
            AMOUNTS,
            "The amount, but at least the first and at most the second of two bounds.",
            "bandwidth.clamp(1.mbit, 100.mbit)"));
    for (AddressKind kind : AddressKind.values()) {
      all.add(
          new Question(kind.word(), EnumSet.of(Type.ADDRESS), doc(kind), "address." + kind.word()));
    }
    return List.copyOf(all);
  }

  private static String doc(AddressKind kind) {
    return switch (kind) {
      case PRIVATE ->
          "Whether the address is for private networks: 10/8, 172.16/12, 192.168/16, fc00::/7.";
      case LOOPBACK -> "Whether the address is this machine itself: 127/8, ::1.";
      case LINK_LOCAL -> "Whether the address is valid on one link only: 169.254/16, fe80::/10.";
      case MULTICAST -> "Whether the address is a group's: 224/4, ff00::/8.";
      case IPV4 -> "Whether it is an IPv4 address.";
      case IPV6 -> "Whether it is an IPv6 address.";
      case PUBLIC -> "Whether it is an address of the open Internet.";
      default ->
          "Whether the address is for "
              + kind.name().toLowerCase(Locale.ROOT).replace('_', ' ')
              + " use (RFC 6890).";
    };
  }
}
