package org.wormholes.embed;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.wormholes.rules.Gateway;

/// A service of a node that is met by its key: `peer://KEY:PORT` or `friend://NAME@NETWORK:PORT`.
///
/// @param node its key, or its name
/// @param network the name of the network, empty where the text does not say
record PeerPlace(String node, String network, int port) {
  private static final Pattern PEER = Pattern.compile("peer://([a-z2-7]{56}):([0-9]{1,5})");
  private static final Pattern FRIEND =
      Pattern.compile("friend://([^@:/]{1,64})@([^@:/]{1,64}):([0-9]{1,5})");

  /// @throws IOException with what was expected
  static PeerPlace parse(String text) throws IOException {
    Matcher peer = PEER.matcher(text);
    if (peer.matches()) {
      return new PeerPlace(peer.group(1), "", port(peer.group(2)));
    }
    Matcher friend = FRIEND.matcher(text);
    if (friend.matches()) {
      return new PeerPlace(friend.group(1), friend.group(2), port(friend.group(3)));
    }
    throw new IOException(
        "a peer must be peer://KEY:PORT with 56 characters of a key, or friend://NAME@NETWORK:PORT");
  }

  private static int port(String digits) throws IOException {
    int port = Integer.parseInt(digits);
    if (port < 1 || port > 65_535) {
      throw new IOException("port must be 1..65535, was " + port);
    }
    return port;
  }

  /// As flows name it.
  String host() {
    return node + ".peer";
  }

  /// Which of the rules' `peers` lead there.
  ///
  /// @throws IOException where that is not clear
  String gateway(List<Gateway> gateways) throws IOException {
    List<String> those =
        gateways.stream()
            .filter(each ->
                each.peers()
                    .filter(it -> network.isEmpty() || it.network().equals(network))
                    .isPresent())
            .map(Gateway::name)
            .toList();
    if (those.size() != 1) {
      throw new IOException(
          those.isEmpty()
              ? "the ruleset has no `peers`" + (network.isEmpty() ? "" : " over network " + network)
              : "several `peers` lead there: " + String.join(", ", those));
    }
    return those.getFirst();
  }
}
