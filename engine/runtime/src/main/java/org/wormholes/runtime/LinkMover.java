package org.wormholes.runtime;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.wormholes.protocol.link.LinkMove;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;

/// Brings a link that this node dialled to a new connection when the old one has died, when the
/// address it was made from is gone, or when it is silent although it was busy: behind a router
/// nobody tells that an address has changed. Carriers are tried in the rule's order again. A move
/// that fails while the old connection lives changes nothing. Belongs to the link's loop.
final class LinkMover {
  /// How long a link waits for a new connection after the old one has died.
  static final Duration KEEP = Duration.ofSeconds(10);

  private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration RETRY = Duration.ofMillis(250);

  /// How often a busy link is looked at.
  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  /// A link is busy for so long after its last cells.
  private static final long BUSY_NANOS = Duration.ofSeconds(3).toNanos();

  /// A busy link that is silent for so long, or three round trips, is asked; one that does not
  /// answer within that is moved.
  private static final long SILENT_NANOS = Duration.ofMillis(400).toNanos();

  private static final int ROUND_TRIPS = 3;

  /// Between two moves that nobody has asked for; twice as long each time, because a link that is
  /// only slow is made slower by them.
  private static final long PAUSE_NANOS = Duration.ofSeconds(2).toNanos();

  private static final long MAX_PAUSE_NANOS = Duration.ofSeconds(64).toNanos();

  /// A link that goes through a relay looks for a direct way after so long, then at doubled
  /// distances.
  private static final long FIRST_SEEK_NANOS = Duration.ofMillis(20).toNanos();

  private static final long MAX_SEEK_NANOS = Duration.ofMinutes(5).toNanos();

  /// Direct connections to somebody else before the address is believed no more: the responder
  /// looks out for a few attempts only.
  private static final int MAX_WASTED = 2;

  private final NodeLink link;
  private final Shard shard;
  private final List<Map.Entry<String, String>> ways;
  private final ArrayDeque<Map.Entry<String, String>> untried = new ArrayDeque<>();
  private int attempt;
  private boolean trying;
  private boolean allRefused;

  /// Whether only ways without a relay are being tried, beside a connection through one.
  private boolean seeking;

  private boolean seekAsked;
  private long seekNanos = FIRST_SEEK_NANOS;
  private int wasted;
  private boolean watching;
  private long progress;
  private long progressAt;
  private long nextTryAt;

  /// Until then a link is not moved for being silent alone.
  private long pausedUntil;

  private long pauseNanos = PAUSE_NANOS;

  /// @param ways carrier and address, in the order in which they are tried
  LinkMover(NodeLink link, List<Map.Entry<String, String>> ways) {
    this.link = link;
    this.shard = link.shard;
    this.ways = List.copyOf(ways);
    this.nextTryAt = shard.now();
    this.pausedUntil = nextTryAt;
  }

  /// Bytes go or come: looks whether they go on doing so.
  void watch() {
    if (!watching) {
      watching = true;
      progressAt = shard.now();
      shard.after(LOOK_EVERY, this::look);
    }
  }

  private void look() {
    watching = false;
    if (!link.isOpen() || link.isCut()) {
      return;
    }
    long now = shard.now();
    long bytes = link.session().received() + link.session().sent();
    if (bytes != progress) {
      progress = bytes;
      progressAt = now;
    }
    long patience = Math.max(SILENT_NANOS, ROUND_TRIPS * link.roundTripNanos());
    boolean stranded = link.silentNanos() > LOOK_EVERY.toNanos() && link.isStranded();
    if (stranded || (link.unansweredNanos() > patience && now >= pausedUntil)) {
      if (now >= nextTryAt) {
        start();
      }
    } else if (link.unansweredNanos() == 0
        && link.silentNanos() > patience
        && now - progressAt < BUSY_NANOS) {
      link.ask();
    }
    if (stranded || now - progressAt < BUSY_NANOS || link.unansweredNanos() > 0) {
      watching = true;
      shard.after(LOOK_EVERY, this::look);
    }
  }

  /// Through a relay: looks for a way without one, now and again. What goes on is not disturbed.
  void seekDirect() {
    if (!seekAsked && isRelayed()) {
      seekAsked = true;
      shard.after(
          Duration.ofNanos(seekNanos),
          () -> {
            seekAsked = false;
            seek();
          });
      seekNanos =
          Math.min(MAX_SEEK_NANOS, Math.max(4 * seekNanos, Duration.ofSeconds(1).toNanos()));
    }
  }

  private boolean isRelayed() {
    return link.isOpen() && link.carrier().equals(PipeCarrier.NAME) && wasted < MAX_WASTED;
  }

  private void seek() {
    if (!isRelayed() || link.isCut() || trying) {
      seekDirect();
      return;
    }
    List<Map.Entry<String, String>> direct = link.network().peers().directWays(link);
    if (direct.isEmpty()) {
      seekDirect();
      return;
    }
    trying = true;
    seeking = true;
    untried.clear();
    untried.addAll(direct);
    next();
  }

  /// Tries all ways once, and again for as long as the link has no connection.
  void start() {
    if (!trying) {
      trying = true;
      seeking = false;
      allRefused = true;
      untried.clear();
      untried.addAll(ways);
      next();
    }
  }

  private void next() {
    Map.Entry<String, String> way = untried.pollFirst();
    if (way == null) {
      allFailed();
      return;
    }
    link.carrierTo(way.getKey())
        .dial(shard.loop, way.getValue(), DIAL_TIMEOUT, new Dialing(way.getKey()));
  }

  private void allFailed() {
    trying = false;
    nextTryAt = shard.now() + RETRY.toNanos();
    if (seeking) {
      seeking = false;
      seekDirect();
      if (link.isCut()) {
        start();
      }
      return;
    }
    if (!link.isCut()) {
      link.listenAgain();
      return;
    }
    if (allRefused) {
      link.lost("the peer is gone");
    } else {
      shard.after(
          RETRY,
          () -> {
            if (link.isOpen() && link.isCut()) {
              start();
            }
          });
    }
  }

  private void talk(Connection fresh, String carrier) {
    if (!link.isOpen() || attempt >= LinkMove.MAX_ATTEMPTS) {
      fresh.abort();
      trying = false;
      return;
    }
    link.listenNoMore();
    LinkMove move = LinkMove.of(link.session(), attempt++, shard.node.entropy());
    new MoveTalk(
            shard,
            fresh,
            move,
            new MoveTalk.Outcome() {
              @Override
              public void moved(Connection live, long peerHeard, ByteBuffer rest) {
                trying = false;
                seeking = false;
                wasted = 0;
                seekNanos = carrier.equals(PipeCarrier.NAME) ? seekNanos : FIRST_SEEK_NANOS;
                pause();
                note(carrier, true, "the link goes on here");
                link.moved(live, carrier, peerHeard, rest);
                seekDirect();
              }

              @Override
              public void failed() {
                allRefused = false;
                wasted += seeking ? 1 : 0;
                note(carrier, false, PeerDesk.ANOTHER);
                link.listenAgain();
                next();
              }
            })
        .start();
  }

  private void note(String carrier, boolean succeeded, String outcome) {
    link.dialedPeer()
        .ifPresent(peer -> link.network().peers().note(peer, carrier, succeeded, outcome));
  }

  /// After a move that may have been for nothing.
  private void pause() {
    if (link.isCut() || link.isStranded()) {
      return;
    }
    long now = shard.now();
    boolean longAgo = now - pausedUntil > MAX_PAUSE_NANOS;
    pauseNanos = longAgo ? PAUSE_NANOS : Math.min(2 * pauseNanos, MAX_PAUSE_NANOS);
    pausedUntil = now + pauseNanos;
  }

  private final class Dialing implements DialListener {
    private final String carrier;

    Dialing(String carrier) {
      this.carrier = carrier;
    }

    @Override
    public void onConnected(Connection fresh) {
      talk(fresh, carrier);
      shard.flush();
    }

    @Override
    public void onFailed(DialFailure why) {
      allRefused &= why == DialFailure.REFUSED;
      note(carrier, false, CarrierHealth.words(why));
      next();
      shard.flush();
    }
  }

  /// For the outcome of an attempt that came from the peer.
  static void arrived(NodeLink link, Connection fresh, String carrier, int attempt, byte[] first) {
    link.listenNoMore();
    LinkMove move = LinkMove.of(link.session(), attempt, link.shard.node.entropy());
    new MoveTalk(
            link.shard,
            fresh,
            move,
            new MoveTalk.Outcome() {
              @Override
              public void moved(Connection live, long peerHeard, ByteBuffer rest) {
                link.moved(live, carrier, peerHeard, rest);
              }

              @Override
              public void failed() {
                link.listenAgain();
              }
            })
        .answer(first);
  }
}
