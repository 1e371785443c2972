package org.wormholes.transport.i2p;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.i2p.SamException.Cause;
import org.wormholes.transport.socket.Sockets;

/// One question to a router for the destination behind a name. It has a socket of its own: i2pd
/// hears nothing else on the socket of a session until it has answered.
final class NameLookup implements SamSocket.Listener {
  private final I2pName name;
  private final Consumer<String> found;
  private final Consumer<SamException> failed;
  private final Loop.Cancellable timer;
  private @Nullable SamSocket socket;
  private boolean done;

  private NameLookup(
      Loop loop,
      I2pName name,
      Duration timeout,
      Consumer<String> found,
      Consumer<SamException> failed) {
    this.name = name;
    this.found = found;
    this.failed = failed;
    this.timer =
        loop.schedule(
            timeout,
            () ->
                fail(
                    new SamException(
                        Cause.TIMED_OUT,
                        "the I2P router did not find the destination in "
                            + timeout.toSeconds()
                            + " s")));
  }

  /// On `loop`, where one of the two hears, once.
  ///
  /// @param found hears the destination, in the base64 of I2P
  static void begin(
      Sockets sockets,
      Loop loop,
      SamSettings settings,
      I2pName name,
      Duration timeout,
      Consumer<String> found,
      Consumer<SamException> failed) {
    NameLookup lookup = new NameLookup(loop, name, timeout, found, failed);
    SamSocket.open(sockets, loop, settings, lookup);
  }

  @Override
  public void onGreeted(SamSocket greeted) {
    if (done) {
      greeted.close();
      return;
    }
    socket = greeted;
    greeted.send("NAMING LOOKUP NAME=" + name + "\n");
  }

  @Override
  public void onLine(SamSocket greeted, String line) throws SamException {
    SamReply reply = SamReply.parse(line);
    if (!reply.is("NAMING", "REPLY")) {
      throw SamReply.broken("it answered a lookup with " + SamReply.printable(line));
    }
    if (!reply.ok()) {
      throw reply.failure("find the destination");
    }
    String destination = reply.value("VALUE").orElse("");
    I2pName real =
        I2pName.ofDestination(destination)
            .orElseThrow(() -> SamReply.broken("it answered a lookup without a destination"));
    if (name.text().matches("[a-z2-7]{52}\\.b32\\.i2p") && !real.equals(name)) {
      throw SamReply.broken("it answered a lookup with another destination");
    }
    finish();
    found.accept(destination);
  }

  @Override
  public void onEnded(SamException why) {
    fail(why);
  }

  private void fail(SamException why) {
    if (!done) {
      finish();
      failed.accept(why);
    }
  }

  private void finish() {
    done = true;
    timer.cancel();
    if (socket != null) {
      socket.close();
    }
  }
}
