package org.wormholes.rules;

import java.time.Duration;

/// First hops that are kept, so that few relays ever see us enter.
///
/// @param keep for how long, 1 hour to 400 days
/// @param count how many, 1 to 16
public record Guard(Duration keep, int count) {
  public Guard {
    Checks.within("the keep of a guard", keep, Duration.ofHours(1), Duration.ofDays(400));
    Checks.within("the number of guards", count, 1, 16);
  }
}
