package org.wormholes.dsl;

import java.time.Duration;
import java.util.Objects;

/// How to compile.
///
/// @param tier how much of Ruby the file may use
/// @param files where the lists are that `listed?` names; compiling a path takes those beside it
/// @param uses where the rulesets are that `use` names
/// @param limit how long parsing, and Ruby in the full tier, may take; at most 10 minutes
public record Options(Tier tier, ListFiles files, Uses uses, Duration limit) {
  public static final Duration DEFAULT_LIMIT = Duration.ofSeconds(10);

  public Options {
    Objects.requireNonNull(tier, "tier");
    Objects.requireNonNull(files, "files");
    Objects.requireNonNull(uses, "uses");
    if (limit.isNegative() || limit.isZero() || limit.compareTo(Duration.ofMinutes(10)) > 0) {
      throw new IllegalArgumentException("the limit must be up to 10 minutes, was " + limit);
    }
  }

  /// Without other rulesets to use.
  public Options(Tier tier, ListFiles files, Duration limit) {
    this(tier, files, Uses.NONE, limit);
  }

  /// The static tier, without lists.
  public static Options defaults() {
    return new Options(Tier.STATIC, ListFiles.NONE, Uses.NONE, DEFAULT_LIMIT);
  }

  public static Options of(Tier tier) {
    return new Options(tier, ListFiles.NONE, Uses.NONE, DEFAULT_LIMIT);
  }

  public Options with(ListFiles lists) {
    return new Options(tier, lists, uses, limit);
  }

  public Options within(Duration time) {
    return new Options(tier, files, uses, time);
  }

  public Options using(Uses others) {
    return new Options(tier, files, others, limit);
  }
}
