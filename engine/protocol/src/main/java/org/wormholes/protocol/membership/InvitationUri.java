package org.wormholes.protocol.membership;

import java.util.Locale;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.protocol.wire.WireException;

/// An invitation as a text to click or to scan: where the host is, and the code
/// (`spec/protocol/membership.md`, section 5): `wormhole-join://ADDRESS@[CARRIER+]PLACE/CODE`.
/// Prints nothing of itself but by [#format()].
public record InvitationUri(NodeUri host, InvitationCode code) {
  public static final String SCHEME = "wormhole-join://";

  private static final int MAX_TEXT = 512;

  /// Whether a text is meant as one.
  public static boolean isOne(String text) {
    return text.strip().toLowerCase(Locale.ROOT).startsWith(SCHEME);
  }

  /// Reads the form of [#format()].
  ///
  /// @throws WireException if the text is not of this form
  public static InvitationUri parse(String text) throws WireException {
    String plain = text.strip();
    int slash = plain.lastIndexOf('/');
    if (plain.length() > MAX_TEXT || !isOne(plain) || slash < SCHEME.length()) {
      throw new WireException("an invitation must be " + SCHEME + "ADDRESS@[CARRIER+]PLACE/CODE");
    }
    return new InvitationUri(
        NodeUri.parse(NodeUri.SCHEME + plain.substring(SCHEME.length(), slash)),
        InvitationCode.parse(plain.substring(slash + 1)));
  }

  /// The form [#parse] reads. A secret until it is used.
  public String format() {
    return SCHEME + host.format().substring(NodeUri.SCHEME.length()) + "/" + code.text();
  }

  @Override
  public String toString() {
    return "InvitationUri(" + code + ")";
  }
}
