package org.wormholes.spec.sim;

import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.wormholes.protocol.circuit.CellChoice;

/// What a seed stands for.
///
/// @param relays nodes, of which two are exits
/// @param hops length of a path
/// @param delay of each wire, one way, in nanoseconds
/// @param bytesPerSecond of each wire
/// @param early whether messages travel with the set-up packet
/// @param flows streams of the client
/// @param bytes the most that one of them carries each way
/// @param cells sizes that the client asks for
/// @param faults the kinds that happen
/// @param faultCount how often
/// @param parts circuits that one more flow is split over, 0 for no such flow
record Options(
    int relays,
    int hops,
    long delay,
    long bytesPerSecond,
    boolean early,
    int flows,
    int bytes,
    CellChoice cells,
    Set<Fault> faults,
    int faultCount,
    int parts) {

  private static final List<Fault> ALL_FAULTS = List.copyOf(EnumSet.allOf(Fault.class));

  static Options of(Random random) {
    Set<Fault> faults = EnumSet.noneOf(Fault.class);
    int kinds = 1 + random.nextInt(4);
    for (int i = 0; i < kinds; i++) {
      faults.add(ALL_FAULTS.get(random.nextInt(ALL_FAULTS.size())));
    }
    int hops = 1 + random.nextInt(5);
    return new Options(
        hops + 2 + random.nextInt(3),
        hops,
        (1 + random.nextInt(40)) * Timeline.MILLISECOND / 2,
        1_000_000L << random.nextInt(7),
        random.nextBoolean(),
        1 + random.nextInt(4),
        1 << (8 + random.nextInt(11)),
        random.nextInt(5) == 0 ? CellChoice.SMALL : CellChoice.AUTOMATIC,
        faults,
        1 + random.nextInt(8),
        random.nextInt(3) == 0 ? 2 + random.nextInt(3) : 0);
  }

  /// A network in which nothing goes wrong.
  static Options calm(int relays, int hops, long delay) {
    return new Options(
        relays,
        hops,
        delay,
        1_000_000_000L,
        true,
        1,
        100_000,
        CellChoice.AUTOMATIC,
        EnumSet.noneOf(Fault.class),
        0,
        0);
  }
}
