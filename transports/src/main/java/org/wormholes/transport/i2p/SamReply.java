package org.wormholes.transport.i2p;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.wormholes.transport.i2p.SamException.Cause;

/// One line that a router answers: two words and pairs, `STREAM STATUS RESULT=OK`.
///
/// SAM V3, "SAM Bridge implementation": the order of pairs is free; from 3.2 on a value may stand
/// in double quotes, inside which `\"` and `\\` are escapes; a key may have no value.
///
/// @param topic first word
/// @param type second word
/// @param values the pairs; a key that comes twice keeps its first value
record SamReply(String topic, String type, Map<String, String> values) {
  /// More pairs than any reply has.
  static final int MAX_PAIRS = 64;

  /// The most bytes of a datagram in I2P.
  static final int MAX_BODY = 32_768;

  SamReply {
    values = Map.copyOf(values);
  }

  static SamReply parse(String line) throws SamException {
    Words words = new Words(line);
    String topic = words.bare();
    String type = words.bare();
    Map<String, String> values = new LinkedHashMap<>();
    for (int pairs = 0; words.more(); pairs++) {
      if (pairs == MAX_PAIRS) {
        throw broken("more than " + MAX_PAIRS + " pairs in one line");
      }
      String key = words.key();
      values.putIfAbsent(key, words.value());
    }
    return new SamReply(topic, type, values);
  }

  boolean is(String expectedTopic, String expectedType) {
    return topic.equals(expectedTopic) && type.equals(expectedType);
  }

  boolean ok() {
    return result().equals("OK");
  }

  String result() {
    return values.getOrDefault("RESULT", "");
  }

  Optional<String> value(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /// How many bytes follow the line.
  ///
  /// @throws SamException if it does not say, or too many
  int size() throws SamException {
    String said = value("SIZE").orElse("");
    if (!said.matches("[0-9]{1,5}") || Integer.parseInt(said) > MAX_BODY) {
      throw broken("expected a size of 0.." + MAX_BODY + ", was '" + printable(said) + "'");
    }
    return Integer.parseInt(said);
  }

  /// Why a request did not come about; `asked` completes "could not …".
  SamException failure(String asked) {
    Cause why =
        switch (result()) {
          case "CANT_REACH_PEER", "PEER_NOT_FOUND", "LEASESET_NOT_FOUND" -> Cause.UNREACHABLE;
          case "KEY_NOT_FOUND" -> Cause.UNKNOWN_NAME;
          // i2pd answers a name it does not know with INVALID_KEY.
          case "INVALID_KEY" ->
              topic.equals("SESSION") || topic.equals("DEST") ? Cause.KEY : Cause.UNKNOWN_NAME;
          case "DUPLICATED_DEST" -> Cause.KEY;
          case "INVALID_ID", "DUPLICATED_ID" -> Cause.NO_SESSION;
          case "TIMEOUT" -> Cause.TIMED_OUT;
          case "NOVERSION" -> Cause.VERSION;
          case "I2P_ERROR" -> Cause.REFUSED;
          default -> Cause.PROTOCOL;
        };
    String told = value("MESSAGE").map(text -> ": " + printable(text)).orElse("");
    String word = result().isEmpty() ? "an answer without a result" : printable(result());
    return new SamException(why, "could not " + asked + ": the I2P router answered " + word + told);
  }

  /// What a router said, fit for one line of a log or a terminal.
  static String printable(String text) {
    String clean = text.replaceAll("[^\\x20-\\x7e]", "?");
    return clean.length() <= 200 ? clean : clean.substring(0, 200) + "...";
  }

  static SamException broken(String what) {
    return new SamException(Cause.PROTOCOL, "the I2P router does not speak SAM: " + what);
  }

  /// Nothing of the values: they hold private keys.
  @Override
  public String toString() {
    return topic + " " + type + " " + result();
  }

  /// Reads a line word by word.
  private static final class Words {
    private final String line;
    private int at;

    Words(String line) {
      this.line = line;
    }

    boolean more() {
      while (at < line.length() && line.charAt(at) == ' ') {
        at++;
      }
      return at < line.length();
    }

    String bare() throws SamException {
      String word = more() ? upTo(" ") : "";
      if (!word.matches("[A-Z0-9]{1,32}")) {
        throw broken("expected an upper-case word, was '" + printable(word) + "'");
      }
      return word;
    }

    String key() throws SamException {
      String key = upTo(" =");
      if (!key.matches("[A-Za-z0-9_.-]{1,64}")) {
        throw broken("expected a key, was '" + printable(key) + "'");
      }
      return key;
    }

    String value() throws SamException {
      if (at == line.length() || line.charAt(at) != '=') {
        return "";
      }
      at++;
      return at < line.length() && line.charAt(at) == '"' ? quoted() : upTo(" ");
    }

    private String quoted() throws SamException {
      StringBuilder value = new StringBuilder();
      for (at++; at < line.length(); at++) {
        char c = line.charAt(at);
        if (c == '"') {
          at++;
          return value.toString();
        }
        if (c == '\\' && at + 1 < line.length()) {
          at++;
        }
        value.append(line.charAt(at));
      }
      throw broken("a quote is not closed");
    }

    private String upTo(String ends) {
      int start = at;
      while (at < line.length() && ends.indexOf(line.charAt(at)) < 0) {
        at++;
      }
      return line.substring(start, at);
    }
  }
}
