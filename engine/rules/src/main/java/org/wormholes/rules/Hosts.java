package org.wormholes.rules;

import org.wormholes.rules.expr.Host;

/// Hosts in records: always in their plain form.
final class Hosts {
  private Hosts() {}

  static String plain(String what, String text) {
    if (Host.isPlain(text)) {
      return text;
    }
    return Host.parse(text)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "%s must be a name or an address, was `%s`"
                    .formatted(what, text.length() <= 300 ? text : text.substring(0, 300))))
        .text();
  }
}
