package org.wormholes.runtime.store;

import java.util.List;
import org.wormholes.rules.Network;

/// A network that a node belongs to, as it is kept between runs.
///
/// @param openTo as rulesets say it
/// @param founders their addresses
/// @param bootstraps first contacts
/// @param friends addresses of nodes, alone or as first contacts
/// @param statements signed statements about members, in Base64
public record KeptNetwork(
    String name,
    String openTo,
    List<String> founders,
    List<String> bootstraps,
    List<String> friends,
    List<String> statements) {
  public KeptNetwork {
    founders = List.copyOf(founders);
    bootstraps = List.copyOf(bootstraps);
    friends = List.copyOf(friends);
    statements = List.copyOf(statements);
  }

  /// Nobody is known of it yet.
  public static KeptNetwork of(Network rules) {
    return new KeptNetwork(
        rules.name(),
        rules.openTo().word(),
        rules.founders(),
        rules.bootstraps(),
        List.of(),
        List.of());
  }

  /// The rules that name it.
  ///
  /// @throws IllegalArgumentException if they are no rules of a network
  public Network rules() {
    Network.OpenTo open =
        Network.OpenTo.of(openTo)
            .orElseThrow(() -> new IllegalArgumentException("open to `" + openTo + "`"));
    return new Network(name, open, founders, bootstraps);
  }
}
