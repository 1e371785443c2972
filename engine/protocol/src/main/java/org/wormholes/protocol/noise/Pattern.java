package org.wormholes.protocol.noise;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What each side knows before, and the tokens of each message, the initiator's first.
///
/// @param initiatorKnown whether the initiator's static key is a pre-message
/// @param responderKnown whether the responder's static key is a pre-message
record Pattern(boolean initiatorKnown, boolean responderKnown, List<List<Token>> messages) {
  // Noise sections 7.4, 7.5 and 18.1. Before the colon: whose static key the other side knows.
  private static final Map<String, Pattern> FUNDAMENTAL =
      table(
          """
          N    r : e es
          K    ir: e es ss
          X    r : e es s ss
          NN     : e | e ee
          NK   r : e es | e ee
          NX     : e | e ee s es
          XN     : e | e ee | s se
          XK   r : e es | e ee | s se
          XX     : e | e ee s es | s se
          KN   i : e | e ee se
          KK   ir: e es ss | e ee se
          KX   i : e | e ee se s es
          IN     : e s | e ee se
          IK   r : e es s ss | e ee se
          IX     : e s | e ee se s es
          NK1  r : e | e ee es
          NX1    : e | e ee s | es
          X1N    : e | e ee | s | se
          X1K  r : e es | e ee | s | se
          XK1  r : e | e ee es | s se
          X1K1 r : e | e ee es | s | se
          X1X    : e | e ee s es | s | se
          XX1    : e | e ee s | es s se
          X1X1   : e | e ee s | es s | se
          K1N  i : e | e ee | se
          K1K  ir: e es | e ee | se
          KK1  ir: e | e ee se es
          K1K1 ir: e | e ee es | se
          K1X  i : e | e ee s es | se
          KX1  i : e | e ee se s | es
          K1X1 i : e | e ee s | se es
          I1N    : e s | e ee | se
          I1K  r : e es s | e ee | se
          IK1  r : e s | e ee se es
          I1K1 r : e s | e ee es | se
          I1X    : e s | e ee s es | se
          IX1    : e s | e ee se s | es
          I1X1   : e s | e ee s | se es
          """);

  Pattern {
    messages = messages.stream().map(List::copyOf).toList();
  }

  /// A pattern with its modifiers, such as `XK`, `XKhfs` or `NNpsk0+psk2`.
  static Pattern of(String name) {
    int modifiers = 0;
    while (modifiers < name.length() && !Character.isLowerCase(name.charAt(modifiers))) {
      modifiers++;
    }
    Pattern pattern = FUNDAMENTAL.get(name.substring(0, modifiers));
    if (pattern == null) {
      throw new IllegalArgumentException("unknown handshake pattern " + name);
    }
    if (modifiers == name.length()) {
      return pattern;
    }
    for (String modifier : name.substring(modifiers).split("\\+", -1)) {
      pattern = pattern.with(modifier);
    }
    return pattern;
  }

  boolean has(Token token) {
    return messages.stream().anyMatch(message -> message.contains(token));
  }

  private Pattern with(String modifier) {
    List<List<Token>> changed = new ArrayList<>();
    messages.forEach(message -> changed.add(new ArrayList<>(message)));
    if (modifier.equals("hfs")) {
      addHybrid(changed);
    } else if (modifier.startsWith("psk") && modifier.length() == 4) {
      addSecret(changed, modifier.charAt(3) - '0');
    } else {
      throw new IllegalArgumentException("unknown handshake modifier " + modifier);
    }
    return new Pattern(initiatorKnown, responderKnown, changed);
  }

  /// Noise section 9.4: psk0 opens the first message, pskN closes the Nth.
  private static void addSecret(List<List<Token>> messages, int number) {
    if (number == 0) {
      messages.getFirst().addFirst(Token.PSK);
    } else {
      messages.get(number - 1).addLast(Token.PSK);
    }
  }

  /// Draft on hybrid forward secrecy: e1 follows the first e, or the DH after it in the same
  /// message; ekem1 follows the first ee.
  private static void addHybrid(List<List<Token>> messages) {
    List<Token> first = messages.getFirst();
    int at = first.indexOf(Token.E);
    boolean agreed = at + 1 < first.size() && first.get(at + 1) == Token.ES;
    first.add(agreed ? at + 2 : at + 1, Token.E1);
    for (List<Token> message : messages) {
      int ee = message.indexOf(Token.EE);
      if (ee >= 0) {
        message.add(ee + 1, Token.EKEM1);
        return;
      }
    }
    throw new IllegalArgumentException("hfs needs a pattern with ee");
  }

  private static Map<String, Pattern> table(String text) {
    Map<String, Pattern> patterns = new HashMap<>();
    for (String line : text.lines().toList()) {
      String[] halves = line.split(":", 2);
      String[] head = halves[0].trim().split(" +", 2);
      String known = head.length == 2 ? head[1] : "";
      List<List<Token>> messages =
          Arrays.stream(halves[1].split("\\|", -1)).map(Pattern::tokens).toList();
      patterns.put(head[0], new Pattern(known.contains("i"), known.contains("r"), messages));
    }
    return Map.copyOf(patterns);
  }

  private static List<Token> tokens(String message) {
    return Arrays.stream(message.trim().split(" ", -1))
        .map(token -> Token.valueOf(token.toUpperCase(Locale.ROOT)))
        .toList();
  }
}
