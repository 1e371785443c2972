package org.wormholes.runtime;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressRange;

/// Addresses that stand for names, for programs that can only connect to addresses. They mean
/// something to the entries of this process and to nobody else, and never leave it.
///
/// A name keeps its address as long as it is asked for or used; an address is given to another name
/// only when it was not for an hour, which is much longer than answers say that it lasts. The first
/// address is drawn, so that what a program remembers from an earlier run means nothing.
/// Thread-safe.
final class InventedNames {
  static final Duration TIME_TO_LIVE = Duration.ofMinutes(5);
  static final Duration KEPT = Duration.ofHours(1);
  static final int MAX_NAMES = 1 << 16;

  private final LongSupplier clock;
  private final IntUnaryOperator below;
  private final Map<AddressRange, Pool> pools = new HashMap<>();

  /// @param clock monotonic nanoseconds
  /// @param below a number that nobody can guess, from 0 to less than a bound
  InventedNames(LongSupplier clock, IntUnaryOperator below) {
    this.clock = clock;
    this.below = below;
  }

  /// The address of a name within a range; empty when all are in use.
  synchronized Optional<Address> addressOf(String name, AddressRange range) {
    return pools.computeIfAbsent(range, Pool::new).give(name);
  }

  /// The name behind an address of a range, which is used by that; empty where there is none.
  synchronized Optional<String> nameOf(Address address, AddressRange range) {
    Pool pool = pools.get(range);
    return pool == null ? Optional.empty() : pool.name(address);
  }

  private final class Pool {
    private final AddressRange range;
    private final int size;
    private final int first;
    private final Map<String, Given> byName = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Address, String> byAddress = new HashMap<>();
    private int given;

    private record Given(Address address, long usedAt) {}

    Pool(AddressRange range) {
      this.range = range;
      int bits = Math.min(17, 128 - range.prefixBits());
      // Neither the first of the range nor the last: old programs take them for something else.
      this.size = (1 << bits) - 2;
      this.first = below.applyAsInt(size);
    }

    Optional<Address> give(String name) {
      Given known = byName.get(name);
      if (known != null) {
        byName.put(name, new Given(known.address, clock.getAsLong()));
        return Optional.of(known.address);
      }
      Optional<Address> free =
          byName.size() < Math.min(size, MAX_NAMES) && given < size
              ? Optional.of(at((first + given++) % size))
              : takeBack();
      free.ifPresent(address -> {
        byName.put(name, new Given(address, clock.getAsLong()));
        byAddress.put(address, name);
      });
      return free;
    }

    private Address at(int index) {
      return new Address(range.first().high(), range.first().low() + 1 + index);
    }

    private Optional<Address> takeBack() {
      Iterator<Map.Entry<String, Given>> eldest = byName.entrySet().iterator();
      Given oldest = eldest.next().getValue();
      if (clock.getAsLong() - oldest.usedAt < KEPT.toNanos()) {
        return Optional.empty();
      }
      eldest.remove();
      byAddress.remove(oldest.address);
      return Optional.of(oldest.address);
    }

    Optional<String> name(Address address) {
      String name = byAddress.get(address);
      if (name != null) {
        byName.put(name, new Given(address, clock.getAsLong()));
      }
      return Optional.ofNullable(name);
    }
  }
}
