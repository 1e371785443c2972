package org.wormholes.runtime.spi;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// The engine's side of an entry.
public interface FlowAcceptor {
  /// What the entry is for by now. A port stays open when the rules behind it are exchanged, and
  /// may then speak something else than what it was opened for; a transport asks once for each
  /// arrival.
  default EntrySpec current(EntrySpec opened) {
    return opened;
  }

  /// A conversation is asked for. The acceptor answers once, through `flow`, now or later, on
  /// `flow.loop()`.
  void open(FlowRequest request, PendingFlow flow);

  /// An application asked for a UDP association. The returned handler takes its datagrams; the
  /// acceptor sends answers through `port`.
  DatagramHandler associate(FlowRequest request, DatagramPort port);

  /// An application asked a DNS entry about a name.
  ///
  /// @param loop where the answer is heard
  /// @param answer hears once, now or later, on `loop`
  default void ask(NameRequest request, Loop loop, Consumer<NameAnswer> answer) {
    answer.accept(new NameAnswer.Nothing(NameFailure.REFUSED));
  }

  /// A conversation that waits for its answer.
  interface PendingFlow {
    Loop loop();

    /// Tells the application that it is connected and hands over its connection. Bytes it sent
    /// early come to `handler` first. Reading is off until turned on.
    Connection accept(ConnectionHandler handler);

    /// Whether the application may be told *yes* before it is decided where the flow goes, so that
    /// it begins to talk. A refusal is a reset after that.
    default boolean mayTalkFirst() {
      return true;
    }

    /// Tells the application why not, in the words of its protocol, and closes.
    void refuse(Refusal refusal);

    /// The same, with the reason in a few words for those who can be told; it names no destination.
    default void refuse(Refusal refusal, String why) {
      refuse(refusal);
    }

    /// Runs once if the application leaves before it was answered.
    void onGone(Runnable gone);
  }

  /// Why a conversation was refused, in the terms proxies can say (RFC 1928 section 6).
  enum Refusal {
    GENERAL_FAILURE,
    NOT_ALLOWED,
    NETWORK_UNREACHABLE,
    HOST_UNREACHABLE,
    CONNECTION_REFUSED,
    TIMED_OUT,
    NOT_SUPPORTED
  }

  /// Where datagrams of one association go.
  interface DatagramHandler {
    /// `data` is valid for the call only.
    void onDatagram(EntrySpec.Target to, ByteBuffer data);

    void onClosed();
  }

  /// The application's side of one association; used on its loop.
  interface DatagramPort {
    Loop loop();

    void send(EntrySpec.Target from, byte[] array, int offset, int length);

    void close();
  }
}
