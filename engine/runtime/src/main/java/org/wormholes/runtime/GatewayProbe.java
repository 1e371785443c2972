package org.wormholes.runtime;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.Group;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.GatewaySpeaker;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Way;

/// One measurement through a gateway that is ready: a connection to a place, as flows go there, or,
/// where none is named, whether whoever speaks for the network can be reached.
final class GatewayProbe {
  private final Shard shard;
  private final GatewaySpeaker speaker;
  private final PathProbe.Question question;
  private final FlowRequest.Credentials isolation;
  private final PathProbe.Listener listener;
  private Loop.@Nullable Cancellable timer;
  private @Nullable Connection open;
  private long askedAt;
  private boolean over;

  GatewayProbe(
      Shard shard,
      GatewaySpeaker speaker,
      PathProbe.Question question,
      FlowRequest.Credentials isolation,
      PathProbe.Listener listener) {
    this.shard = shard;
    this.speaker = speaker;
    this.question = question;
    this.isolation = isolation;
    this.listener = listener;
  }

  /// Begins, on the loop of the shard.
  void start() {
    askedAt = shard.now();
    timer =
        shard.after(
            question.timeout(),
            () -> fail("no answer within " + question.timeout().toMillis() + " ms"));
    Optional<Group.Probe> place = question.place();
    if (place.isEmpty()) {
      speaker.check(shard.loop, isolation, new Checked());
    } else {
      EntrySpec.Target to = new EntrySpec.Target(place.get().host(), place.get().port());
      speaker.open(shard.loop, to, isolation, new Opened());
    }
  }

  private final class Opened implements Way.OpenListener {
    @Override
    public void onOpened(Connection connection) {
      if (over) {
        connection.abort();
        return;
      }
      open = connection;
      question.onConnected(
          shard,
          connection,
          new TlsGreeting.Listener() {
            @Override
            public void onGreeted() {
              answer(shard.now() - askedAt);
            }

            @Override
            public void onFailed(String why) {
              fail(why);
            }
          });
    }

    @Override
    public void onRefused(FlowAcceptor.Refusal refusal, String why) {
      fail(why);
    }
  }

  private final class Checked implements GatewaySpeaker.CheckListener {
    @Override
    public void onAlive(boolean measured) {
      answer(measured ? shard.now() - askedAt : GroupChoice.NOT_MEASURED);
    }

    @Override
    public void onDead(String why) {
      fail(why);
    }
  }

  private void answer(long roundTripNanos) {
    if (finish()) {
      listener.onAnswer(roundTripNanos);
    }
  }

  private void fail(String why) {
    if (finish()) {
      Connection connection = open;
      if (connection != null) {
        connection.abort();
      }
      listener.onFailure(why);
    }
  }

  private boolean finish() {
    boolean first = !over;
    over = true;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    return first;
  }
}
