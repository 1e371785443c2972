package org.wormholes.transport.tor;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.transport.socket.HostPort;

/// An onion service that a tor is to keep up for us: the address is that of the key.
///
/// @param ports those that others may name
/// @param to where its streams arrive
/// @param clients X25519 public keys in base32, of those who may find it; empty for everybody
record OnionService(
    NodeKey key, SortedSet<Integer> ports, InetSocketAddress to, List<String> clients) {
  /// The most that tor puts into a descriptor (rend-spec-v3, section 2.5.1.2).
  static final int MAX_CLIENTS = 330;

  OnionService {
    ports = Collections.unmodifiableSortedSet(new TreeSet<>(ports));
    clients = List.copyOf(clients);
    if (clients.size() > MAX_CLIENTS) {
      throw new IllegalArgumentException("an onion service has at most 330 clients");
    }
  }

  /// The name before `.onion`.
  String id() {
    return key.id().address();
  }

  /// The command that publishes it (control-spec, section 3.27). Holds the secret key.
  String command() {
    List<String> flags = new ArrayList<>(List.of("DiscardPK"));
    if (!clients.isEmpty()) {
      flags.add("V3Auth");
    }
    StringBuilder text = new StringBuilder("ADD_ONION ED25519-V3:");
    text.append(java.util.Base64.getEncoder().encodeToString(key.exposeExpandedKey()));
    text.append(" Flags=").append(String.join(",", flags));
    ports.forEach(port -> text.append(" Port=").append(port).append(',').append(HostPort.of(to)));
    clients.forEach(client -> text.append(" ClientAuthV3=").append(client));
    return text.toString();
  }

  /// Redacted.
  @Override
  public String toString() {
    return "OnionService[" + key.id() + "]";
  }
}
