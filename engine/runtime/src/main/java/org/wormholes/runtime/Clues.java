package org.wormholes.runtime;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.FlowFacts;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Host;
import org.wormholes.runtime.facts.Countries;
import org.wormholes.runtime.local.LocalClient;
import org.wormholes.runtime.sniff.Names;

/// What has been found out about a flow beyond what was asked for, and what a decision asked that
/// nobody has found out yet. Where it asked nothing more, the decision stands.
final class Clues implements FlowFacts.Lookup {
  private final Countries countries;
  private final Host host;
  private @Nullable Names names;
  private @Nullable LocalClient client;
  private boolean wantsNames;
  private boolean wantsClient;

  Clues(Countries countries, Host host) {
    this.countries = countries;
    this.host = host;
  }

  @Override
  public String text(Fact fact) {
    return switch (fact) {
      case SNI -> names().sni();
      case HTTP_HOST -> names().httpHost();
      case PROCESS -> client().process();
      case PROCESS_PATH -> client().processPath();
      case LOCAL_USER -> client().user();
      case COUNTRY -> country();
      default -> "";
    };
  }

  private Names names() {
    Names known = names;
    wantsNames |= known == null;
    return known == null ? Names.NONE : known;
  }

  private LocalClient client() {
    LocalClient known = client;
    wantsClient |= known == null;
    return known == null ? LocalClient.UNKNOWN : known;
  }

  private String country() {
    if (!(host instanceof Host.Literal(Address address))) {
      return "";
    }
    try {
      return countries.of(InetAddress.getByAddress(address.bytes()));
    } catch (UnknownHostException e) {
      return ""; // no address has another length
    }
  }

  Host host() {
    return host;
  }

  /// Whether a decision asked for what the client says first, and that is not known.
  boolean wantsNames() {
    return wantsNames && names == null;
  }

  /// Whether a decision asked who the client is, and that is not known.
  boolean wantsClient() {
    return wantsClient && client == null;
  }

  void found(Names said) {
    names = said;
  }

  void found(LocalClient who) {
    client = who;
  }
}
