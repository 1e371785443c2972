package org.wormholes.transport.i2p;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.i2p.SamException.Cause;

/// One `STREAM CONNECT`: a socket, a greeting, a request, and then the socket is the stream.
final class StreamAttempt implements SamSocket.Listener {
  private final SamSession session;
  private final Loop loop;
  private final I2pName name;
  private final SamSession.StreamListener listener;
  private @Nullable SamSocket socket;
  private Loop.@Nullable Cancellable timer;
  private volatile boolean done;

  StreamAttempt(SamSession session, Loop loop, I2pName name, SamSession.StreamListener listener) {
    this.session = session;
    this.loop = loop;
    this.name = name;
    this.listener = listener;
  }

  boolean isDone() {
    return done;
  }

  /// Gives up after `timeout`; on the attempt's loop, before anything else.
  void expire(Duration timeout) {
    timer =
        loop.schedule(
            timeout,
            () -> {
              SamSession.State state = session.status().state();
              failHere(
                  state == SamSession.State.READY
                      ? new SamException(
                          Cause.TIMED_OUT,
                          "the I2P router did not reach the destination in "
                              + timeout.toSeconds()
                              + " s")
                      : session.notReady());
            });
  }

  /// From any thread.
  void begin() {
    loop.execute(() -> {
      if (!done) {
        SamSocket.open(session.sockets(), loop, session.settings(), this);
      }
    });
  }

  /// From any thread.
  void fail(SamException why) {
    loop.execute(() -> failHere(why));
  }

  private void failHere(SamException why) {
    if (done) {
      return;
    }
    finish();
    SamSocket open = socket;
    if (open != null) {
      open.close();
    }
    listener.onFailed(why);
  }

  private void finish() {
    done = true;
    Loop.Cancellable pending = timer;
    if (pending != null) {
      pending.cancel();
    }
  }

  @Override
  public void onGreeted(SamSocket greeted) {
    if (done) {
      greeted.close();
      return;
    }
    socket = greeted;
    greeted.send("STREAM CONNECT ID=" + session.id() + " DESTINATION=" + name + " SILENT=false\n");
  }

  @Override
  public void onLine(SamSocket greeted, String line) throws SamException {
    SamReply reply = SamReply.parse(line);
    if (!reply.is("STREAM", "STATUS")) {
      throw SamReply.broken("it answered a connect with " + SamReply.printable(line));
    }
    if (!reply.ok()) {
      throw reply.failure("reach the destination");
    }
    finish();
    listener.onConnected(session.adopt(greeted.release(), name.text()));
  }

  @Override
  public void onEnded(SamException why) {
    failHere(why);
  }
}
