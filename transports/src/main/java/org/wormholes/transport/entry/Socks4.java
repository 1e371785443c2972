package org.wormholes.transport.entry;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.socksx.v4.DefaultSocks4CommandResponse;
import io.netty.handler.codec.socksx.v4.Socks4CommandRequest;
import io.netty.handler.codec.socksx.v4.Socks4CommandStatus;
import io.netty.handler.codec.socksx.v4.Socks4CommandType;
import io.netty.handler.codec.socksx.v4.Socks4ServerDecoder;
import io.netty.handler.codec.socksx.v4.Socks4ServerEncoder;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import org.wormholes.runtime.spi.EntrySpec.Target;
import org.wormholes.runtime.spi.FlowAcceptor.Refusal;
import org.wormholes.runtime.spi.FlowRequest.Credentials;
import org.wormholes.transport.socket.HostPort;

/// SOCKS version 4, and 4a, which names its destination. The user id counts as credentials without
/// a password.
final class Socks4 implements Dialect {
  private static final String DECODER = "socks4-decoder";
  private static final String ENCODER = "socks4-encoder";

  private final Visitor visitor;
  private final ChannelPipeline pipeline;

  Socks4(Visitor visitor) {
    this.visitor = visitor;
    this.pipeline = visitor.channel.pipeline();
    pipeline.addFirst(ENCODER, Socks4ServerEncoder.INSTANCE);
    pipeline.addFirst(DECODER, new Socks4ServerDecoder());
  }

  @Override
  public void onMessage(Object message) {
    if (message instanceof Socks4CommandRequest command) {
      onCommand(command);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  private void onCommand(Socks4CommandRequest command) {
    if (command.decoderResult().isFailure()) {
      visitor.door.note("connections closed whose request was malformed");
      visitor.reset();
      return;
    }
    boolean connects = command.type().equals(Socks4CommandType.CONNECT);
    if (!connects || !HostPort.isHost(command.dstAddr()) || command.dstPort() == 0) {
      visitor.endWith(rejected());
      return;
    }
    Optional<Credentials> user =
        Optional.of(command.userId())
            .filter(id -> !id.isEmpty())
            .map(id -> new Credentials(id, ""));
    visitor.waitForEngine();
    pipeline.remove(DECODER);
    visitor.ask(new Target(command.dstAddr(), command.dstPort()), user);
  }

  @Override
  public void sayAccepted() {
    visitor.channel.writeAndFlush(
        new DefaultSocks4CommandResponse(Socks4CommandStatus.SUCCESS, "0.0.0.0", 0));
    pipeline.remove(ENCODER);
  }

  @Override
  public void sayRefused(Refusal refusal) {
    visitor.endWith(rejected());
  }

  private static DefaultSocks4CommandResponse rejected() {
    return new DefaultSocks4CommandResponse(Socks4CommandStatus.REJECTED_OR_FAILED);
  }
}
