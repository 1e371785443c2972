package org.wormholes.rules;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// A set of nodes that know each other. It is named by the hash of its rules, so that nobody can
/// change them without making another network.
///
/// @param openTo who may have links in it
/// @param founders addresses of the nodes whose word admits others, 56 characters of base32, in
///   ascending order; only where it is open to invited nodes. Without any it is the network of this
///   name that the node was invited to
/// @param bootstraps first contacts, `wormhole://ADDRESS@HOST:PORT` or, over another carrier than
///   `tcp`, `wormhole://ADDRESS@CARRIER+PLACE`, with an address of 56 characters of base32; not
///   part of the network's rules, so not of its id
/// @param tables that it keeps, each named by rules of its own; no part of its id either
public record Network(
    String name,
    OpenTo openTo,
    List<String> founders,
    List<String> bootstraps,
    List<Table> tables) {
  public static final int MAX_TABLES = 64;
  public static final int MAX_BOOTSTRAPS = 64;
  public static final int MAX_FOUNDERS = 8;

  /// Who may have links in a network.
  public enum OpenTo {
    ANYONE("any node"),
    /// Who was admitted by a founder, or by one that was.
    INVITED("invited nodes"),
    /// Each node speaks only to those that it calls friends itself.
    FRIENDS("friends only");

    private final String described;

    OpenTo(String described) {
      this.described = described;
    }

    /// As rulesets say it.
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    /// For people, after "open to".
    public String described() {
      return described;
    }

    public static Optional<OpenTo> of(String word) {
      return java.util.Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }
  }

  private static final Pattern BOOTSTRAP =
      Pattern.compile(
          "wormhole://[a-z2-7]{56}@(?:tcp\\+)?([a-z0-9._-]{1,253}|\\[[0-9a-f:.]{2,45}\\]):([0-9]{1,5})");
  private static final Pattern OVER_CARRIER =
      Pattern.compile(
          "wormhole://[a-z2-7]{56}@(?!tcp\\+)([a-z0-9-]{1,16})\\+[\\w.:%/,=\\[\\]~+-]{1,255}");
  private static final Pattern ADDRESS = Pattern.compile("[a-z2-7]{56}");
  private static final String LABEL = "wormholes/network/v1";

  public Network {
    Checks.name("a network", name);
    founders = List.copyOf(new TreeSet<>(founders));
    if (founders.size() > MAX_FOUNDERS) {
      throw new IllegalArgumentException("a network has at most 8 founders");
    }
    if (!founders.isEmpty() && openTo != OpenTo.INVITED) {
      throw new IllegalArgumentException(
          "only a network that is open to invited nodes has founders");
    }
    for (String founder : founders) {
      if (!isAddress(founder)) {
        throw new IllegalArgumentException("a founder must be an address of 56 characters");
      }
    }
    bootstraps = Checks.atMost("bootstraps", bootstraps, MAX_BOOTSTRAPS);
    for (String bootstrap : bootstraps) {
      if (!isBootstrap(bootstrap)) {
        throw new IllegalArgumentException(
            "a bootstrap must be wormhole://ADDRESS@[CARRIER+]HOST:PORT with an address of 56 characters, was `%s`"
                .formatted(bootstrap.length() <= 400 ? bootstrap : bootstrap.substring(0, 400)));
      }
    }
    tables = Checks.atMost("tables", tables, MAX_TABLES);
    Checks.distinct("tables", tables, Table::name);
  }

  /// A network without tables.
  public Network(String name, OpenTo openTo, List<String> founders, List<String> bootstraps) {
    this(name, openTo, founders, bootstraps, List.of());
  }

  /// A network without founders.
  public Network(String name, boolean openToAnyone, List<String> bootstraps) {
    this(name, openToAnyone ? OpenTo.ANYONE : OpenTo.INVITED, List.of(), bootstraps);
  }

  /// Whether any node may join.
  public boolean openToAnyone() {
    return openTo == OpenTo.ANYONE;
  }

  /// The same network, with other first contacts.
  public Network withBootstraps(List<String> contacts) {
    return new Network(name, openTo, founders, contacts, tables);
  }

  /// The same network, with these tables.
  public Network withTables(List<Table> others) {
    return new Network(name, openTo, founders, bootstraps, others);
  }

  /// The table of this name.
  public Optional<Table> table(String wanted) {
    return tables.stream().filter(table -> table.name().equals(wanted)).findFirst();
  }

  /// Whether the text has the form of a node's address.
  public static boolean isAddress(String text) {
    return ADDRESS.matcher(text).matches();
  }

  /// Whether the text has the form of a first contact.
  public static boolean isBootstrap(String text) {
    if (text.length() > 400) {
      return false;
    }
    if (OVER_CARRIER.matcher(text).matches()) {
      return true;
    }
    var match = BOOTSTRAP.matcher(text);
    if (!match.matches()) {
      return false;
    }
    int port = Integer.parseInt(match.group(2));
    return port >= 1 && port <= 65_535;
  }

  /// The carrier that a first contact names; `tcp` where it names none.
  public static String carrierOf(String bootstrap) {
    var match = OVER_CARRIER.matcher(bootstrap);
    return match.matches() ? match.group(1) : "tcp";
  }

  /// The 32 bytes that name the network on the wire: the SHA-256 of its rules.
  public byte[] idBytes() {
    List<String> lines = new ArrayList<>(List.of(LABEL, name, openTo.word()));
    founders.forEach(founder -> lines.add("founder " + founder));
    String rules = String.join("\n", lines) + "\n";
    try {
      return MessageDigest.getInstance("SHA-256").digest(rules.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /// The same for people: `wn1-` and 64 hexadecimal digits.
  public String id() {
    return "wn1-" + HexFormat.of().formatHex(idBytes());
  }
}
