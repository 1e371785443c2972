package org.wormholes.rules;

/// The names of rules: the same in source maps, decisions, plans and explanations.
public final class RulePath {
  /// What decides where no route matches.
  public static final String NO_ROUTE = "routes";

  private RulePath() {}

  public static String ruleset() {
    return "ruleset";
  }

  public static String network(String name) {
    return "networks/" + name;
  }

  public static String table(String network, String name) {
    return network(network) + "/tables/" + name;
  }

  public static String writeClause(String network, String table, int index) {
    return table(network, table) + "/write/" + index;
  }

  public static String tunnel(String name) {
    return "tunnels/" + name;
  }

  public static String group(String name) {
    return "groups/" + name;
  }

  public static String gateway(String name) {
    return "gateways/" + name;
  }

  public static String through(String gateway) {
    return gateway(gateway) + "/through";
  }

  public static String gatewayEntry(String gateway, int index) {
    return gateway(gateway) + "/entries/" + index;
  }

  public static String probe(String group) {
    return group(group) + "/probe";
  }

  public static String entry(String tunnel, int index) {
    return tunnel(tunnel) + "/entries/" + index;
  }

  public static String publication(String tunnel, int index) {
    return tunnel(tunnel) + "/published/" + index;
  }

  public static String relays(String tunnel) {
    return tunnel(tunnel) + "/relays";
  }

  public static String only(String tunnel) {
    return relays(tunnel) + "/only";
  }

  public static String distinct(String tunnel) {
    return relays(tunnel) + "/distinct";
  }

  public static String prefer(String tunnel) {
    return relays(tunnel) + "/prefer";
  }

  public static String guard(String tunnel) {
    return relays(tunnel) + "/guard";
  }

  public static String exit(String tunnel) {
    return tunnel(tunnel) + "/exit";
  }

  public static String exitClause(String tunnel, int index) {
    return exit(tunnel) + "/" + index;
  }

  public static String via(String tunnel, int index) {
    return exit(tunnel) + "/via/" + index;
  }

  public static String resolve(String tunnel) {
    return exit(tunnel) + "/resolve";
  }

  public static String carry(String tunnel) {
    return tunnel(tunnel) + "/carry";
  }

  public static String rotate(String tunnel) {
    return tunnel(tunnel) + "/rotate";
  }

  public static String route(int index) {
    return "routes/" + index;
  }

  public static String expectation(int index) {
    return "expectations/" + index;
  }
}
