package org.wormholes.runtime;

import java.util.List;
import java.util.Locale;
import org.wormholes.runtime.control.PeerView;

/// The ways in which people name a peer: `KEY`, `KEY.peer`, `peer://KEY`, `friend://NAME@NETWORK`,
/// and its name alone.
final class PeerNames {
  private static final String PEER = "peer://";
  private static final String FRIEND = "friend://";
  private static final String ZONE = ".peer";

  private PeerNames() {}

  /// Those that a text may mean.
  static List<PeerView> meant(String text, List<PeerView> known) {
    String plain = text.strip().toLowerCase(Locale.ROOT);
    String network = "";
    if (plain.startsWith(FRIEND)) {
      String who = plain.substring(FRIEND.length());
      int at = who.indexOf('@');
      if (at < 0) {
        return List.of();
      }
      network = who.substring(at + 1);
      plain = who.substring(0, at);
    } else if (plain.startsWith(PEER)) {
      plain = plain.substring(PEER.length());
    }
    String name = plain.endsWith(ZONE) ? plain.substring(0, plain.length() - ZONE.length()) : plain;
    String within = network;
    return known.stream()
        .filter(each -> within.isEmpty() || each.network().toLowerCase(Locale.ROOT).equals(within))
        .filter(each -> each.node().equals(name) || each.name().equals(name))
        .toList();
  }
}
