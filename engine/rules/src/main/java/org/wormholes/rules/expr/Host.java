package org.wormholes.rules.expr;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;

/// What an application asked to reach: a name, or the literal of an address.
///
/// What looks like an odd spelling of an IPv4 address (`127.1`, `0x7f.0.0.1`, `2130706433`,
/// `0177.0.0.1`) is neither: resolvers read those as addresses, and a rule about names would be
/// walked around. So a name whose last label is a number is refused, as the URL standard does
/// (WHATWG URL, "ends in a number").
public sealed interface Host {
  int MAX_NAME = 253;

  /// A name in lower case without a final dot; labels of 1 to 63 letters, digits, `-` and `_`.
  record Name(String text) implements Host {
    public Name {
      requireNonNull(text, "text");
      if (!isName(text)) {
        throw new IllegalArgumentException("not a host name in its plain form: " + text);
      }
    }
  }

  record Literal(Address address) implements Host {
    public Literal {
      requireNonNull(address, "address");
    }

    @Override
    public String text() {
      return address.toString();
    }
  }

  /// The name, or the address in its plain spelling: the value of the fact `host`.
  String text();

  /// Reads what an application sent: a name in any case, with or without the final dot, or an
  /// address, IPv6 with or without brackets. Empty where it is neither: such a flow is refused.
  static Optional<Host> parse(String text) {
    boolean bracketed = text.startsWith("[") && text.endsWith("]") && text.indexOf(':') >= 0;
    Optional<Address> literal =
        Address.parse(bracketed ? text.substring(1, text.length() - 1) : text);
    if (literal.isPresent()) {
      return Optional.of(new Literal(literal.get()));
    }
    String plain = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    Optional<Address> dotted = Address.parse(plain); // "127.0.0.1." resolves as the literal does
    if (dotted.isPresent()) {
      return Optional.of(new Literal(dotted.get()));
    }
    String lower = plain.toLowerCase(Locale.ROOT);
    return isName(lower) ? Optional.of(new Name(lower)) : Optional.empty();
  }

  /// Whether the text is a name or an address in its plain form, which [#parse] gives back as it
  /// is.
  static boolean isPlain(String text) {
    return isName(text) || AddressText.isPlain(text);
  }

  /// Whether the text is a name in its plain form.
  static boolean isName(String text) {
    return DomainName.isPlain(text) && !DomainName.endsInNumber(text);
  }
}
