package org.wormholes.rulesets.gem;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A gem that was read, checked and compiled, to be looked at before it is installed.
///
/// @param file the gem as it came
/// @param rules the digest of what it compiles to
/// @param compiled what it compiles to
/// @param effects what its rules really do
/// @param unneeded what it declares and does not do, by kind
/// @param before what is installed of this name, the newest
/// @param more what it declares that the installed one does not, by kind; all of it where none is
/// @param less what the installed one declares that this one does not
/// @param signature how its signature stands to what is known
/// @param installed whether this very gem is installed already
public record Offer(
    RulesetGem gem,
    Content file,
    String rules,
    Content compiled,
    Permissions effects,
    Map<String, List<String>> unneeded,
    Optional<LockedGem> before,
    Map<String, List<String>> more,
    Map<String, List<String>> less,
    Signature signature,
    List<LockedGem.Used> uses,
    boolean installed) {
  /// What a signature says to somebody who has seen others.
  public enum Signature {
    /// Nobody signed it.
    NONE,
    /// By the key that signed what was installed of this name.
    SAME,
    /// By a key that signed other installed gems.
    KNOWN,
    /// By a key never seen here.
    UNKNOWN
  }
}
