package org.wormholes.rulesets.gem;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A ruleset's gem that was read and checked, in memory.
///
/// @param digest the SHA-256 of the gem's file in hexadecimal, as `sha256sum` prints it
/// @param signer whose signature it bears, checked; empty if it bears none
/// @param files the content of every file by its path; not to be changed
public record RulesetGem(
    String digest, GemMetadata metadata, Optional<Signer> signer, SortedMap<String, byte[]> files) {
  public RulesetGem {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  RulesetGem(
      String digest, GemMetadata metadata, Optional<Signer> signer, Map<String, byte[]> files) {
    this(digest, metadata, signer, new TreeMap<>(files));
  }

  /// The script.
  public byte[] script() {
    byte[] script = files.get(metadata.entry());
    if (script == null) {
      throw new IllegalStateException("a gem without its script passed the checks");
    }
    return script;
  }

  /// A digest of all that the script's meaning depends on inside the gem: its files.
  String sourceDigest() {
    StringBuilder all = new StringBuilder();
    files.forEach(
        (path, bytes) -> all.append(path).append(' ').append(Digests.sha256(bytes)).append('\n'));
    return Digests.sha256(all.toString());
  }
}
