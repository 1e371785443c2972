package org.wormholes.transport.gateway;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.wormholes.runtime.spi.FlowAcceptor.Refusal;

/// What is said with a proxy before it carries bytes. Takes no byte more than it needs: what
/// follows belongs to the stream. (Netty's proxy handlers want a channel of their own, while a
/// proxy here may lie behind a circuit, and they keep the reason of a refusal to themselves.)
interface ProxyDialog {
  /// The longest answer that is read, in bytes.
  int MAX_ANSWER = 16 * 1024;

  /// What we say first.
  byte[] begin();

  /// Takes what the proxy said, up to the end of its answer.
  Optional<Step> on(ByteBuffer in);

  /// What comes next.
  sealed interface Step {
    /// We say this, and listen again.
    record Say(ByteBuffer bytes) implements Step {}

    /// The way is open.
    record Open() implements Step {}

    /// It is not.
    record Refused(Refusal refusal, String why) implements Step {}
  }
}
