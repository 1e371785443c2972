package org.wormholes.rules.expr;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The registry of all facts an expression may ask for: name, type, scopes, documentation, example.
///
/// A fact that is not known has a stated value: an unknown duration is as long as can be
/// ([FactSource#UNKNOWN_DURATION]), an unknown size or rate is 0, an unknown string is empty, an
/// unknown address is absent (every test on it is *no*), an unknown yes/no is *no*. So `latency <
/// 80.ms` refuses a relay that was never measured.
public enum Fact {
  HOST(
      1,
      "host",
      Type.TEXT,
      EnumSet.of(Scope.FLOW, Scope.EXIT),
      "The name the application asked for, in lower case without a final dot, or its address.",
      "host.under? \"example.org\""),
  PORT(
      2,
      "port",
      Type.NUMBER,
      EnumSet.of(Scope.FLOW, Scope.RELAY, Scope.EXIT),
      "The destination's port; of a relay, the port of its first address.",
      "port.in? [80, 443]"),
  ADDRESS(
      3,
      "address",
      Type.ADDRESS,
      EnumSet.of(Scope.FLOW, Scope.RELAY, Scope.EXIT),
      "The destination's address where it is known: of a flow only when the application gave one.",
      "address.private?"),
  PROTOCOL(
      4,
      "protocol",
      Type.TEXT,
      EnumSet.of(Scope.FLOW, Scope.EXIT),
      "`tcp` or `udp`.",
      "protocol == \"udp\""),
  USER(
      5,
      "user",
      Type.TEXT,
      EnumSet.of(Scope.FLOW),
      "The user name given to the proxy, empty without one.",
      "user == \"work\""),
  ENTRY(
      6,
      "entry",
      Type.TEXT,
      EnumSet.of(Scope.FLOW),
      "The tunnel whose entry the flow came in by.",
      "entry == \"web\""),
  TIME(
      7,
      "time",
      Type.TIME,
      EnumSet.of(Scope.FLOW),
      "The time of day where the flow enters.",
      "time.in? \"22:00\"..\"06:00\""),
  WEEKDAY(
      8,
      "weekday",
      Type.TEXT,
      EnumSet.of(Scope.FLOW),
      "The day of the week where the flow enters: `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`.",
      "weekday.in? %w[sat sun]"),
  SNI(
      9,
      "sni",
      Type.TEXT,
      EnumSet.of(Scope.FLOW),
      "The server name in the TLS greeting the application sent, in lower case; empty without one.",
      "sni.under? \"example.org\""),
  HTTP_HOST(
      10,
      "http_host",
      Type.TEXT,
      EnumSet.of(Scope.FLOW),
      "The host named in the plain HTTP request the application sent, in lower case; empty without"
          + " one.",
      "http_host.under? \"example.org\""),
  PROCESS(
      11,
      "process",
      Type.TEXT,
      EnumSet.of(Scope.FLOW),
      "The file name of the program on this machine that opened the flow (Linux); empty when"
          + " unknown.",
      "process == \"curl\""),
  PROCESS_PATH(
      12,
      "process_path",
      Type.TEXT,
      EnumSet.of(Scope.FLOW),
      "The whole path of that program; empty when unknown.",
      "process_path.start_with? \"/usr/bin/\""),
  LOCAL_USER(
      13,
      "local_user",
      Type.TEXT,
      EnumSet.of(Scope.FLOW),
      "The login name on this machine that the program runs as (Linux); empty when unknown.",
      "local_user == \"ann\""),
  METERED(
      14,
      "metered?",
      Type.YES_NO,
      EnumSet.of(Scope.FLOW, Scope.RELAY),
      "Whether this machine's way to the Internet costs by the byte.",
      "!metered?"),
  CARRIER_UP(
      15,
      "carrier_up?",
      Type.YES_NO,
      EnumSet.of(Scope.FLOW, Scope.RELAY),
      Argument.CARRIER,
      "Whether this machine can use the carrier now.",
      "carrier_up?(\"tor\")"),
  FRIEND_ONLINE(
      16,
      "friend_online?",
      Type.YES_NO,
      EnumSet.of(Scope.FLOW, Scope.RELAY),
      Argument.FRIEND,
      "Whether a link to the friend is up.",
      "friend_online?(\"ann\")"),
  ROUND_TRIP(
      17,
      "round_trip",
      Type.DURATION,
      EnumSet.of(Scope.FLOW),
      Argument.TUNNEL,
      "The round trip through the tunnel (of a group, of the member it would take), as last"
          + " measured.",
      "round_trip(\"web\") < 300.ms"),
  MARKED(
      18,
      "marked?",
      Type.YES_NO,
      EnumSet.of(Scope.FLOW),
      Argument.MARK,
      "Whether an earlier route gave the flow this mark.",
      "marked?(\"streaming\")"),
  LATENCY(
      20,
      "latency",
      Type.DURATION,
      EnumSet.of(Scope.RELAY),
      "The measured round trip to the relay.",
      "latency < 80.ms"),
  BANDWIDTH(
      21,
      "bandwidth",
      Type.RATE,
      EnumSet.of(Scope.RELAY),
      "What the relay says it carries.",
      "bandwidth > 10.mib_s"),
  COUNTRY(
      22,
      "country",
      Type.TEXT,
      EnumSet.of(Scope.FLOW, Scope.RELAY),
      "Two capital letters (ISO 3166-1), empty when unknown: of a relay as it says itself, of a"
          + " flow where its destination's address is registered.",
      "country != \"KP\""),
  OPERATOR(
      23,
      "operator",
      Type.TEXT,
      EnumSet.of(Scope.RELAY),
      "Who runs the relay, as it says itself.",
      "operator != \"example\""),
  SUBNET(
      24,
      "subnet",
      Type.TEXT,
      EnumSet.of(Scope.RELAY),
      "The relay's /24 (IPv4) or /48 (IPv6), written as a range.",
      "subnet != \"203.0.113.0/24\""),
  FAMILY(
      25,
      "family",
      Type.TEXT,
      EnumSet.of(Scope.RELAY),
      "The family the relay declares, empty without one.",
      "family == \"\""),
  NETWORK(
      26,
      "network",
      Type.TEXT,
      EnumSet.of(Scope.RELAY),
      "The network the relay was found in.",
      "network == \"commons\""),
  VERSION(
      27,
      "version",
      Type.TEXT,
      EnumSet.of(Scope.RELAY),
      "The software version the relay runs.",
      "version.start_with? \"0.1\""),
  UPTIME(
      28,
      "uptime",
      Type.DURATION,
      EnumSet.of(Scope.RELAY),
      "How long we have known the relay to be up; 0 when unknown.",
      "uptime > 2.days"),
  NAME(
      29,
      "name",
      Type.TEXT,
      EnumSet.of(Scope.RELAY),
      "The relay's nickname; not unique, not proven.",
      "name != \"test\""),
  ID(
      30,
      "id",
      Type.TEXT,
      EnumSet.of(Scope.RELAY),
      "The relay's 56-character address.",
      "id.start_with? \"k5q2\""),
  IS_EXIT(
      31,
      "exit?",
      Type.YES_NO,
      EnumSet.of(Scope.RELAY),
      "Whether the relay offers to be an exit.",
      "!exit?"),
  IS_GUARD(
      32,
      "guard?",
      Type.YES_NO,
      EnumSet.of(Scope.RELAY),
      "Whether the relay offers to be a guard.",
      "guard?"),
  IS_FRIEND(
      33,
      "friend?",
      Type.YES_NO,
      EnumSet.of(Scope.RELAY),
      "Whether the relay is one of our friends.",
      "friend?"),
  KEY(
      40,
      "key",
      Type.TEXT,
      EnumSet.of(Scope.WRITE),
      "The key that is written, 1 to 255 bytes of UTF-8.",
      "key.start_with? author"),
  VALUE(
      41,
      "value",
      Type.TEXT,
      EnumSet.of(Scope.WRITE),
      "The value as text: what is no UTF-8 in it is read as U+FFFD. Empty in a deletion.",
      "value.start_with? \"{\""),
  VALUE_SIZE(
      42,
      "value_size",
      Type.SIZE,
      EnumSet.of(Scope.WRITE),
      "The size of the value; `value.bytesize` is the same.",
      "value_size <= 4.kib"),
  AUTHOR(
      43,
      "author",
      Type.TEXT,
      EnumSet.of(Scope.WRITE),
      "The 56-character address of the node that signed the write; empty without a signature.",
      "author == owner"),
  OWNER(
      44,
      "owner",
      Type.TEXT,
      EnumSet.of(Scope.WRITE),
      "The address of the table's owner, empty where it has none.",
      "author == owner"),
  PREVIOUS(
      45,
      "previous",
      Type.TEXT,
      EnumSet.of(Scope.WRITE),
      "The value that is replaced, as text; empty where there is none.",
      "previous != value"),
  HAS_PREVIOUS(
      46,
      "previous?",
      Type.YES_NO,
      EnumSet.of(Scope.WRITE),
      "Whether the key has a value, which is replaced or deleted.",
      "!previous?"),
  PREVIOUS_AUTHOR(
      47,
      "previous_author",
      Type.TEXT,
      EnumSet.of(Scope.WRITE),
      "Who signed the value that is replaced; empty where there is none.",
      "author == previous_author"),
  WRITE_VERSION(
      48,
      "version",
      Type.NUMBER,
      EnumSet.of(Scope.WRITE),
      "The number of this version of the key, from 1; deletions count.",
      "version <= 10"),
  NOW(
      49,
      "now",
      Type.NUMBER,
      EnumSet.of(Scope.WRITE),
      "When the write was made by its author, in seconds since 1970. Nodes take writes of their own time only, give or take two minutes.",
      "now < 1893456000"),
  AGE(
      50,
      "age",
      Type.DURATION,
      EnumSet.of(Scope.WRITE),
      "How long ago the version that is replaced was made; as long as can be where there is none.",
      "age > 1.minute"),
  LASTS(
      51,
      "lasts",
      Type.DURATION,
      EnumSet.of(Scope.WRITE),
      "How long the value is to be kept.",
      "lasts <= 7.days"),
  IS_SIGNED(
      52,
      "signed?",
      Type.YES_NO,
      EnumSet.of(Scope.WRITE),
      "Whether a node signed the write.",
      "signed?"),
  IS_DELETE(
      53,
      "delete?",
      Type.YES_NO,
      EnumSet.of(Scope.WRITE),
      "Whether the key is deleted.",
      "!delete? || author == previous_author"),
  IS_TEXT(
      54,
      "text?",
      Type.YES_NO,
      EnumSet.of(Scope.WRITE),
      "Whether the value is well-formed UTF-8.",
      "text?"),
  IS_JSON(
      55,
      "json?",
      Type.YES_NO,
      EnumSet.of(Scope.WRITE),
      "Whether the value is one JSON object (RFC 8259), at most 32 deep, no key twice in an object.",
      "json?"),
  HAS_FIELD(
      56,
      "field?",
      Type.YES_NO,
      EnumSet.of(Scope.WRITE),
      Argument.FIELD,
      "Whether the value, a JSON object, has the field; dots lead into objects.",
      "field?(\"title\")"),
  TEXT_FIELD(
      57,
      "text_field",
      Type.TEXT,
      EnumSet.of(Scope.WRITE),
      Argument.FIELD,
      "The string in that field of the value, a JSON object; empty where there is none, or one of more than 1,024 characters.",
      "!text_field(\"title\").empty?"),
  NUMBER_FIELD(
      58,
      "number_field",
      Type.NUMBER,
      EnumSet.of(Scope.WRITE),
      Argument.FIELD,
      "The number in that field of the value, a JSON object; 0 where there is none.",
      "number_field(\"stars\").between? 1, 5"),
  FRIEND_OF(
      59,
      "friend_of?",
      Type.YES_NO,
      EnumSet.of(Scope.WRITE),
      Argument.NODE,
      "Whether the write carries the word of the node with that address that the author is its friend.",
      "friend_of?(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\")"),
  FRIEND_OF_OWNER(
      60,
      "friend_of_owner?",
      Type.YES_NO,
      EnumSet.of(Scope.WRITE),
      "The same of the owner; `author.friend_of?(owner)` is the same. The owner is its own friend.",
      "friend_of_owner?"),
  IS_MEMBER(
      61,
      "member?",
      Type.YES_NO,
      EnumSet.of(Scope.WRITE),
      "Whether the write carries proof that the author was admitted to the network.",
      "member?"),
  ROLE(
      62,
      "role",
      Type.TEXT,
      EnumSet.of(Scope.WRITE),
      "The role that the owner gave the author, by a word that the write carries; empty without one.",
      "role == \"moderator\""),
  WRITES(
      63,
      "writes",
      Type.NUMBER,
      EnumSet.of(Scope.WRITE),
      Argument.PERIOD,
      "How many writes the author made within the last `minute`, `hour`, `day` or `week` on the keys that are kept with this one: those that are alike up to the first `/`. This one is not counted.",
      "writes(\"hour\") < 10");

  /// What a fact is asked about: the name in `carrier_up?("tor")`.
  public enum Argument {
    CARRIER("a carrier"),
    FRIEND("a friend"),
    TUNNEL("a tunnel or group"),
    MARK("a mark"),
    FIELD("a field"),
    NODE("a node, its address"),
    PERIOD("a period: minute, hour, day or week");

    private final String description;

    Argument(String description) {
      this.description = description;
    }

    /// With its article, for messages: `a carrier`.
    public String description() {
      return description;
    }

    /// Whether there can be one of this name, which is a name of ours.
    public boolean canBe(String name) {
      return switch (this) {
        case NODE -> NODE_ADDRESS.matcher(name).matches();
        case PERIOD -> PERIODS.contains(name);
        case CARRIER, FRIEND, TUNNEL, MARK, FIELD -> true;
      };
    }
  }

  /// The longest text of a value that is written, in characters.
  public static final int MAX_VALUE = 32_768;

  private static final Pattern NODE_ADDRESS = Pattern.compile("[a-z2-7]{56}");
  private static final List<String> PERIODS = List.of("minute", "hour", "day", "week");

  private static final Fact[] BY_ID = new Fact[64];
  private static final List<String> PROTOCOLS = List.of("tcp", "udp");
  private static final List<String> WEEKDAYS =
      List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

  static {
    for (Fact fact : values()) {
      BY_ID[fact.id] = fact;
    }
  }

  private final int id;
  private final String word;
  private final Type type;
  private final int scopes; // a bit for each
  private final @Nullable Argument argument;
  private final String documentation;
  private final String example;

  Fact(int id, String word, Type type, Set<Scope> scopes, String documentation, String example) {
    this(id, word, type, scopes, null, documentation, example);
  }

  Fact(
      int id,
      String word,
      Type type,
      Set<Scope> scopes,
      @Nullable Argument argument,
      String documentation,
      String example) {
    this.id = id;
    this.word = word;
    this.type = type;
    this.scopes = scopes.stream().mapToInt(scope -> scope.bit).sum();
    this.argument = argument;
    this.documentation = documentation;
    this.example = example;
  }

  /// The number in canonical bytes, 1 to 63; never reused.
  public int id() {
    return id;
  }

  /// The word in a ruleset: `latency`, `friend?`.
  public String word() {
    return word;
  }

  public Type type() {
    return type;
  }

  public Set<Scope> scopes() {
    Set<Scope> all = EnumSet.allOf(Scope.class);
    all.removeIf(scope -> !isIn(scope));
    return all;
  }

  public boolean isIn(Scope scope) {
    return (scopes & scope.bit) != 0;
  }

  /// How many characters it may have, where it is text.
  public int longest() {
    return this == VALUE || this == PREVIOUS ? MAX_VALUE : Expr.MAX_TEXT;
  }

  /// What the fact is asked about, by name; empty where it is asked as it is.
  public Optional<Argument> argument() {
    return Optional.ofNullable(argument);
  }

  /// Whether it is asked about something: see [#argument].
  public boolean isAbout() {
    return argument != null;
  }

  /// How it is asked for: `latency`, or `round_trip(TUNNEL)` where it is about something.
  public String usage() {
    return argument == null ? word : "%s(%s)".formatted(word, argument.name());
  }

  /// Whether the answer is about the world now, and may change from flow to flow without the flow
  /// being another.
  public boolean isLive() {
    return switch (this) {
      case METERED, CARRIER_UP, FRIEND_ONLINE, ROUND_TRIP -> true;
      default -> false;
    };
  }

  /// One sentence for people.
  public String documentation() {
    return documentation;
  }

  /// A condition that uses it.
  public String example() {
    return example;
  }

  /// The fact of this name in the scope.
  public static Optional<Fact> named(String word, Scope scope) {
    return in(scope).stream().filter(fact -> fact.word.equals(word)).findFirst();
  }

  /// All facts of a scope, in the order of their numbers.
  public static List<Fact> in(Scope scope) {
    return Arrays.stream(values()).filter(fact -> fact.isIn(scope)).toList();
  }

  /// The fact with this number, if there is one.
  public static Optional<Fact> withId(int id) {
    return id < 0 || id >= BY_ID.length ? Optional.empty() : Optional.ofNullable(BY_ID[id]);
  }

  /// The only values this fact can have, or an empty list where it can have any.
  public List<String> choices() {
    return switch (this) {
      case PROTOCOL -> PROTOCOLS;
      case WEEKDAY -> WEEKDAYS;
      default -> List.of();
    };
  }

  /// Whether the fact can ever equal this string; `host == "Example.org"` cannot.
  public boolean canEqual(CharSequence value) {
    return switch (this) {
      case PROTOCOL -> isAmong(PROTOCOLS, value);
      case WEEKDAY -> isAmong(WEEKDAYS, value);
      case HOST -> isHost(value);
      case SNI, HTTP_HOST -> value.isEmpty() || isHost(value);
      case COUNTRY -> value.isEmpty() || isCountry(value);
      default -> true;
    };
  }

  /// Whether [#canEqual] is ever *no*.
  boolean isRestricted() {
    return switch (this) {
      case PROTOCOL, WEEKDAY, HOST, SNI, HTTP_HOST, COUNTRY -> true;
      default -> false;
    };
  }

  private static boolean isAmong(List<String> choices, CharSequence value) {
    for (int i = 0; i < choices.size(); i++) {
      if (choices.get(i).contentEquals(value)) {
        return true;
      }
    }
    return false;
  }

  /// Names and addresses in plain form have no capitals, nothing beyond ASCII and no final dot.
  private static boolean isHost(CharSequence value) {
    char last = '.';
    for (int i = 0; i < value.length(); i++) {
      last = value.charAt(i);
      if (last >= 128 || isCapital(last)) {
        return false;
      }
    }
    return last != '.';
  }

  private static boolean isCountry(CharSequence value) {
    return value.length() == 2 && isCapital(value.charAt(0)) && isCapital(value.charAt(1));
  }

  private static boolean isCapital(char c) {
    return c >= 'A' && c <= 'Z';
  }
}
