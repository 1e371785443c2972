package org.wormholes.runtime.spi;

import java.nio.ByteBuffer;
import java.util.Optional;

/// Speaks with one network of others, through its program or proxy. Thread-safe.
public interface GatewaySpeaker extends Way, AutoCloseable {
  /// Begins: starts the program where there is one to start. Returns at once.
  void start();

  /// How it stands.
  State state();

  /// Streams from here on share nothing with those before, as far as the network can keep apart.
  default void newIdentity() {}

  /// Sees whether flows could go, without opening one. The listener hears once, on `loop`.
  default void check(Loop loop, FlowRequest.Credentials isolation, CheckListener listener) {
    State state = state();
    loop.execute(() -> {
      if (state.phase() == Phase.READY) {
        listener.onAlive(false);
      } else {
        listener.onDead(state.detail());
      }
    });
  }

  /// Hears what was seen.
  interface CheckListener {
    /// @param measured whether the time it took says how far away it is
    void onAlive(boolean measured);

    /// @param why for the person who runs the engine, in a few words
    void onDead(String why);
  }

  /// Begins a conversation by datagrams with one destination. They may be lost, as those of UDP,
  /// and nothing is said of it.
  ///
  /// @param receiver hears on `loop`
  /// @return empty where the network carries none, or not to such a place
  default Optional<Conversation> converse(
      Loop loop,
      EntrySpec.Target to,
      FlowRequest.Credentials isolation,
      DatagramReceiver receiver) {
    return Optional.empty();
  }

  /// Datagrams to one destination. Thread-safe.
  interface Conversation extends AutoCloseable {
    /// Those that are too long for the network are lost.
    void send(byte[] array, int length);

    /// Whether nothing is sent any more; another may be begun.
    boolean isOver();

    @Override
    void close();
  }

  /// Hears answers.
  interface DatagramReceiver {
    void onDatagram(ByteBuffer data);
  }

  /// Keeps a service up in the network until it is closed, also when the program was gone
  /// meanwhile.
  default Hosting host(HostedService service) {
    return new NotHosted("nothing is published through it");
  }

  /// A service that can't be kept up.
  ///
  /// @param problem why
  record NotHosted(String problem) implements Hosting {
    @Override
    public String address() {
      return "";
    }

    @Override
    public void close() {}
  }

  /// A service that is kept up. Thread-safe.
  interface Hosting extends AutoCloseable {
    /// By what it is reached in that network; empty until it is known.
    String address();

    /// Why nobody can come just now; empty when somebody can.
    String problem();

    /// No streams come after this.
    @Override
    void close();
  }

  /// Ends its streams, and the program that was started for it.
  @Override
  void close();

  /// How a gateway stands.
  ///
  /// @param percent of the start, 0 to 100
  /// @param detail in a few words, with what to do where something is missing
  record State(Phase phase, int percent, String detail) {
    public static final State READY = new State(Phase.READY, 100, "");
  }

  /// Where a gateway is in its life.
  enum Phase {
    /// It can't take flows yet.
    STARTING,
    READY,
    /// It is not there, and is tried again.
    DOWN
  }
}
