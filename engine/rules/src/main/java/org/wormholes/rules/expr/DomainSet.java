package org.wormholes.rules.expr;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A constant set of domains: it has each of its names and every name under them.
///
/// Kept as one array of bytes, about 17 bytes a domain with 20 more once it is asked: each name
/// backwards, as a byte of length and then its characters from the last to the first with dots as
/// 1, in ascending order of those characters. Names under another name of the set are left out, so
/// that equal sets have equal bytes. Thread-safe.
public final class DomainSet implements Members {
  static final byte DOT = 1;

  private final byte[] blob;
  private final int size;
  private @Nullable DomainIndex index; // built when first asked; a race builds it twice

  private DomainSet(byte[] blob, int size) {
    this.blob = blob;
    this.size = size;
  }

  /// The set of these domains, in any order and case; `.example.org` and `*.example.org` mean
  /// `example.org`. What is not a domain is an [IllegalArgumentException].
  public static DomainSet of(Collection<String> domains) {
    byte[][] keys = new byte[domains.size()][];
    int count = 0;
    for (String domain : domains) {
      keys[count++] = key(plain(domain));
    }
    Arrays.sort(keys, Arrays::compareUnsigned);
    return gather(keys);
  }

  public static DomainSet of(String... domains) {
    return of(Arrays.asList(domains));
  }

  /// The set with all domains of these sets.
  public static DomainSet union(List<DomainSet> sets) {
    byte[][] keys = new byte[sets.stream().mapToInt(DomainSet::size).sum()][];
    int count = 0;
    for (DomainSet set : sets) {
      for (int at = 0; at < set.blob.length; at += 1 + (set.blob[at] & 0xff)) {
        keys[count++] = Arrays.copyOfRange(set.blob, at + 1, at + 1 + (set.blob[at] & 0xff));
      }
    }
    Arrays.sort(keys, Arrays::compareUnsigned);
    return gather(keys);
  }

  /// The set in the form of [#bytes]. Bytes that are not exactly in that form are an
  /// [IllegalArgumentException]. The array is kept.
  public static DomainSet ofBytes(byte[] blob) {
    int size = 0;
    int before = -1;
    for (int at = 0; at < blob.length; at += 1 + (blob[at] & 0xff), size++) {
      int length = blob[at] & 0xff;
      if (length > blob.length - at - 1 || !isKey(blob, at + 1, length)) {
        throw new IllegalArgumentException("a set of domains must hold plain names");
      }
      if (before >= 0 && !follows(blob, before, at)) {
        throw new IllegalArgumentException("domains of a set must be in order and apart");
      }
      before = at;
    }
    return new DomainSet(blob, checked(size));
  }

  /// Whether the set has the host's name, or a name it is under. The host is in its plain form.
  public boolean contains(String host) {
    DomainIndex asked = index;
    if (asked == null) {
      asked = DomainIndex.of(List.of(this));
      index = asked;
    }
    return asked.lowest(host) == 0;
  }

  /// The canonical bytes; not to be changed.
  public byte[] bytes() {
    return blob;
  }

  /// The domains, ordered by their last label first.
  public List<String> values() {
    List<String> names = new ArrayList<>(size);
    for (int at = 0; at < blob.length; at += 1 + (blob[at] & 0xff)) {
      byte[] name = new byte[blob[at] & 0xff];
      for (int i = 0; i < name.length; i++) {
        byte c = blob[at + name.length - i];
        name[i] = c == DOT ? (byte) '.' : c;
      }
      names.add(new String(name, StandardCharsets.ISO_8859_1));
    }
    return names;
  }

  @Override
  public Type type() {
    return Type.TEXT;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DomainSet that && Arrays.equals(blob, that.blob);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(blob);
  }

  @Override
  public String toString() {
    return size <= 8 ? values().toString() : size + " domains";
  }

  private static String plain(String domain) {
    String name = domain.toLowerCase(Locale.ROOT);
    int from = name.startsWith("*.") ? 2 : name.startsWith(".") ? 1 : 0;
    int to = name.endsWith(".") ? name.length() - 1 : name.length();
    name = from < to ? name.substring(from, to) : "";
    if (!DomainName.isPlain(name)) {
      throw new IllegalArgumentException("not a domain: " + domain);
    }
    return name;
  }

  private static byte[] key(String name) {
    byte[] key = new byte[name.length()];
    for (int i = 0; i < key.length; i++) {
      char c = name.charAt(key.length - 1 - i);
      key[i] = c == '.' ? DOT : (byte) c;
    }
    return key;
  }

  /// Writes sorted keys one after another, leaving out what an earlier one covers. Since dots sort
  /// below all else, whatever is under a name follows it at once.
  private static DomainSet gather(byte[][] keys) {
    byte[] blob = new byte[Arrays.stream(keys).mapToInt(key -> key.length + 1).sum()];
    int length = 0;
    int size = 0;
    byte[] kept = null;
    for (byte[] key : keys) {
      if (kept != null && covers(kept, key)) {
        continue;
      }
      kept = key;
      blob[length++] = (byte) key.length;
      System.arraycopy(key, 0, blob, length, key.length);
      length += key.length;
      size++;
    }
    return new DomainSet(Arrays.copyOf(blob, length), checked(size));
  }

  private static boolean covers(byte[] key, byte[] longer) {
    return longer.length >= key.length
        && Arrays.equals(key, 0, key.length, longer, 0, key.length)
        && (longer.length == key.length || longer[key.length] == DOT);
  }

  /// Whether the key at `next` sorts after the one at `at` and is not under it.
  private static boolean follows(byte[] blob, int at, int next) {
    int length = blob[at] & 0xff;
    int nextLength = blob[next] & 0xff;
    int end = at + 1 + length;
    int nextEnd = next + 1 + nextLength;
    int same = Arrays.mismatch(blob, at + 1, end, blob, next + 1, nextEnd);
    if (same < 0 || same == nextLength) {
      return false;
    }
    return same == length
        ? blob[next + 1 + same] != DOT
        : blob[at + 1 + same] < blob[next + 1 + same];
  }

  private static boolean isKey(byte[] blob, int from, int length) {
    if (length == 0 || length > DomainName.MAX_LENGTH) {
      return false;
    }
    int label = 0;
    for (int i = from; i < from + length; i++) {
      if (blob[i] == DOT) {
        if (label == 0) {
          return false;
        }
        label = 0;
      } else if (!DomainName.isPlain((char) (blob[i] & 0xff)) || ++label > DomainName.MAX_LABEL) {
        return false;
      }
    }
    return label > 0;
  }

  private static int checked(int size) {
    if (size > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "a set must have at most %d entries".formatted(MAX_ENTRIES));
    }
    return size;
  }
}
