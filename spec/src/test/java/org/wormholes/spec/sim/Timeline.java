package org.wormholes.spec.sim;

import java.util.PriorityQueue;

/// Virtual time: events happen in order of their times, those of the same time in the order they
/// were planned.
final class Timeline {
  static final long MILLISECOND = 1_000_000;
  static final long SECOND = 1_000 * MILLISECOND;

  private record Event(long time, long order, Runnable what) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return time != other.time ? Long.compare(time, other.time) : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long now = SECOND;
  private long planned;
  private long happened;

  long now() {
    return now;
  }

  /// How many events happened.
  long happened() {
    return happened;
  }

  void after(long nanos, Runnable what) {
    at(now + nanos, what);
  }

  void at(long time, Runnable what) {
    events.add(new Event(Math.max(time, now), planned++, what));
  }

  /// Lets the next event happen.
  ///
  /// @return false when there is none
  boolean step() {
    Event next = events.poll();
    if (next == null) {
      return false;
    }
    now = next.time;
    happened++;
    next.what.run();
    return true;
  }
}
