package org.wormholes.rules.write;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;
import org.wormholes.rules.expr.Utf8;

/// One write to a table, as the table's rules see it: what [Fact] says of each fact of a write.
///
/// Whoever makes it has checked the signature, and what the write carries to prove that its author
/// is a friend, a member or has a role. Values are read as text or JSON only where a rule asks.
/// Belongs to one thread at a time.
public final class WriteFacts implements FactSource {
  private final String key;
  private final byte[] value;
  private boolean deletes;
  private String author = "";
  private String owner = "";
  private byte @Nullable [] previous;
  private String previousAuthor = "";
  private double age = UNKNOWN_DURATION;
  private double version = 1;
  private double now;
  private double lasts;
  private Set<String> friendOf = Set.of();
  private boolean member;
  private String role = "";
  private Map<String, Integer> writes = Map.of();

  private @Nullable String valueText;
  private @Nullable String previousText;
  private @Nullable Map<String, Object> fields;
  private boolean parsed;

  private WriteFacts(String key, byte[] value) {
    this.key = key;
    this.value = value;
  }

  /// A write of this value, without a signature, as the first version of its key.
  ///
  /// @param value not copied; the caller leaves it as it is
  public static WriteFacts of(String key, byte[] value) {
    if (value.length > Fact.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a value must have at most %d bytes, had %d".formatted(Fact.MAX_VALUE, value.length));
    }
    return new WriteFacts(key, value);
  }

  /// It is a deletion.
  public WriteFacts deleting() {
    deletes = true;
    return this;
  }

  /// The node with this address signed it.
  public WriteFacts by(String address) {
    author = address;
    return this;
  }

  /// The table is of the node with this address.
  public WriteFacts ownedBy(String address) {
    owner = address;
    return this;
  }

  /// It takes the place of this value, which is not copied.
  ///
  /// @param seconds that have gone since
  public WriteFacts replacing(byte[] before, String by, double seconds) {
    previous = before;
    previousAuthor = by;
    age = Math.max(0, seconds);
    return this;
  }

  public WriteFacts version(long number) {
    version = number;
    return this;
  }

  /// @param epochSecond when it was made
  /// @param seconds how long the value is to be kept
  public WriteFacts at(long epochSecond, double seconds) {
    now = epochSecond;
    lasts = seconds;
    return this;
  }

  /// These nodes, by address, say that the author is their friend.
  public WriteFacts friendOf(Set<String> addresses) {
    friendOf = Set.copyOf(addresses);
    return this;
  }

  /// The author was admitted to the network.
  public WriteFacts byMember() {
    member = true;
    return this;
  }

  /// The owner gave the author this role.
  public WriteFacts role(String name) {
    role = name;
    return this;
  }

  /// How many writes the author made within `minute`, `hour`, `day` and `week`.
  public WriteFacts writes(Map<String, Integer> counts) {
    writes = Map.copyOf(counts);
    return this;
  }

  @Override
  public boolean yesNo(Fact fact) {
    return switch (fact) {
      case HAS_PREVIOUS -> previous != null;
      case IS_SIGNED -> !author.isEmpty();
      case IS_DELETE -> deletes;
      case IS_TEXT -> Utf8.isWellFormed(value, 0, value.length);
      case IS_JSON -> fields() != null;
      case FRIEND_OF_OWNER -> !owner.isEmpty() && isFriendOf(owner);
      case IS_MEMBER -> member;
      default -> throw none(fact);
    };
  }

  @Override
  public double quantity(Fact fact) {
    return switch (fact) {
      case VALUE_SIZE -> value.length;
      case WRITE_VERSION -> version;
      case NOW -> now;
      case AGE -> age;
      case LASTS -> lasts;
      default -> throw none(fact);
    };
  }

  @Override
  public String text(Fact fact) {
    return switch (fact) {
      case KEY -> key;
      case VALUE -> valueText();
      case AUTHOR -> author;
      case OWNER -> owner;
      case PREVIOUS -> previousText();
      case PREVIOUS_AUTHOR -> previousAuthor;
      case ROLE -> role;
      default -> throw none(fact);
    };
  }

  @Override
  public boolean yesNo(Fact fact, String of) {
    return switch (fact) {
      case HAS_FIELD -> field(of) != null;
      case FRIEND_OF -> isFriendOf(of);
      default -> throw none(fact);
    };
  }

  @Override
  public double quantity(Fact fact, String of) {
    return switch (fact) {
      case NUMBER_FIELD -> field(of) instanceof Double number ? number : 0;
      case WRITES -> writes.getOrDefault(of, 0);
      default -> throw none(fact);
    };
  }

  @Override
  public String text(Fact fact, String of) {
    if (fact != Fact.TEXT_FIELD) {
      throw none(fact);
    }
    return field(of) instanceof String text && text.length() <= fact.longest() ? text : "";
  }

  @Override
  public @Nullable Address address(Fact fact) {
    throw none(fact);
  }

  private boolean isFriendOf(String address) {
    return !author.isEmpty() && (author.equals(address) || friendOf.contains(address));
  }

  private @Nullable Object field(String path) {
    Map<String, Object> all = fields();
    return all == null ? null : JsonObject.find(all, path);
  }

  private @Nullable Map<String, Object> fields() {
    if (!parsed) {
      parsed = true;
      fields =
          Utf8.isWellFormed(value, 0, value.length)
              ? JsonObject.read(valueText()).orElse(null)
              : null;
    }
    return fields;
  }

  private String valueText() {
    String text = valueText;
    if (text == null) {
      text = new String(value, StandardCharsets.UTF_8);
      valueText = text;
    }
    return text;
  }

  private String previousText() {
    String text = previousText;
    if (text == null) {
      text = previous == null ? "" : new String(previous, StandardCharsets.UTF_8);
      previousText = text;
    }
    return text;
  }

  private static IllegalArgumentException none(Fact fact) {
    return new IllegalArgumentException("a write has no `%s`".formatted(fact.word()));
  }
}
