package org.wormholes.transport.entry;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.socksx.v5.DefaultSocks5CommandResponse;
import io.netty.handler.codec.socksx.v5.DefaultSocks5InitialResponse;
import io.netty.handler.codec.socksx.v5.DefaultSocks5PasswordAuthResponse;
import io.netty.handler.codec.socksx.v5.Socks5AddressDecoder;
import io.netty.handler.codec.socksx.v5.Socks5AddressType;
import io.netty.handler.codec.socksx.v5.Socks5AuthMethod;
import io.netty.handler.codec.socksx.v5.Socks5CommandRequest;
import io.netty.handler.codec.socksx.v5.Socks5CommandRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5CommandStatus;
import io.netty.handler.codec.socksx.v5.Socks5CommandType;
import io.netty.handler.codec.socksx.v5.Socks5InitialRequest;
import io.netty.handler.codec.socksx.v5.Socks5InitialRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthRequest;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthStatus;
import io.netty.handler.codec.socksx.v5.Socks5ServerEncoder;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.EntrySpec.Target;
import org.wormholes.runtime.spi.FlowAcceptor.Refusal;
import org.wormholes.runtime.spi.FlowRequest.Credentials;
import org.wormholes.transport.socket.HostPort;

/// SOCKS version 5 (RFC 1928), with user and password (RFC 1929) where the application offers them.
/// They are not checked here: they tell the engine which flows belong together.
final class Socks5 implements Dialect {
  private static final String DECODER = "socks5-decoder";
  private static final String ENCODER = "socks5-encoder";
  private static final String NOWHERE = "0.0.0.0";

  private final Visitor visitor;
  private final ChannelPipeline pipeline;
  private Optional<Credentials> credentials = Optional.empty();
  private @Nullable UdpAssociation association;

  Socks5(Visitor visitor) {
    this.visitor = visitor;
    this.pipeline = visitor.channel.pipeline();
    pipeline.addFirst(ENCODER, Socks5ServerEncoder.DEFAULT);
    pipeline.addFirst(DECODER, new Socks5InitialRequestDecoder());
  }

  @Override
  public void onMessage(Object message) {
    switch (message) {
      case Socks5InitialRequest greeting -> onGreeting(greeting);
      case Socks5PasswordAuthRequest login -> onLogin(login);
      case Socks5CommandRequest command -> onCommand(command);
      default -> ReferenceCountUtil.release(message);
    }
  }

  private void onGreeting(Socks5InitialRequest greeting) {
    if (greeting.decoderResult().isFailure()) {
      malformed();
    } else if (greeting.authMethods().contains(Socks5AuthMethod.PASSWORD)) {
      say(Socks5AuthMethod.PASSWORD);
      pipeline.replace(DECODER, DECODER, new Socks5PasswordAuthRequestDecoder());
    } else if (greeting.authMethods().contains(Socks5AuthMethod.NO_AUTH)) {
      say(Socks5AuthMethod.NO_AUTH);
      pipeline.replace(DECODER, DECODER, new Socks5CommandRequestDecoder(Socks5::address));
    } else {
      visitor.door.note("connections closed that asked for an unknown SOCKS login");
      visitor.endWith(new DefaultSocks5InitialResponse(Socks5AuthMethod.UNACCEPTED));
    }
  }

  private void say(Socks5AuthMethod method) {
    visitor.channel.writeAndFlush(new DefaultSocks5InitialResponse(method));
  }

  /// Reads an address as Netty does, but refuses names that are not ASCII: Netty would turn them
  /// into other names.
  private static String address(Socks5AddressType type, ByteBuf in) throws Exception {
    if (type.equals(Socks5AddressType.DOMAIN)) {
      int length = in.getUnsignedByte(in.readerIndex());
      for (int i = 1; i <= length; i++) {
        if (in.getByte(in.readerIndex() + i) < 0) {
          throw new DecoderException("a name must be ASCII");
        }
      }
    }
    return Socks5AddressDecoder.DEFAULT.decodeAddress(type, in);
  }

  private void onLogin(Socks5PasswordAuthRequest login) {
    if (login.decoderResult().isFailure()) {
      malformed();
      return;
    }
    credentials = Optional.of(new Credentials(login.username(), login.password()));
    visitor.channel.writeAndFlush(
        new DefaultSocks5PasswordAuthResponse(Socks5PasswordAuthStatus.SUCCESS));
    pipeline.replace(DECODER, DECODER, new Socks5CommandRequestDecoder(Socks5::address));
  }

  private void onCommand(Socks5CommandRequest command) {
    if (command.decoderResult().isFailure()) {
      visitor.door.note("connections closed whose request was malformed");
      visitor.endWith(reply(Socks5CommandStatus.ADDRESS_UNSUPPORTED));
      return;
    }
    String host = command.dstAddr();
    if (command.type().equals(Socks5CommandType.CONNECT)) {
      connect(host, command.dstPort());
    } else if (command.type().equals(Socks5CommandType.UDP_ASSOCIATE) && visitor.entry.udp()) {
      associate(command);
    } else {
      visitor.endWith(reply(Socks5CommandStatus.COMMAND_UNSUPPORTED));
    }
  }

  private void connect(String host, int port) {
    if (!HostPort.isHost(host) || port == 0) {
      visitor.door.note("connections closed whose destination was not a host and port");
      visitor.endWith(reply(Socks5CommandStatus.HOST_UNREACHABLE));
      return;
    }
    visitor.waitForEngine();
    // What the application sent early goes from the decoder to the visitor, which keeps it.
    pipeline.remove(DECODER);
    visitor.ask(new Target(host, port), credentials);
  }

  private void associate(Socks5CommandRequest command) {
    visitor.endHandshake();
    String host =
        command.dstAddrType().equals(Socks5AddressType.DOMAIN) ? NOWHERE : command.dstAddr();
    Target named = new Target(host.isEmpty() ? NOWHERE : host, command.dstPort());
    association = UdpAssociation.open(visitor, visitor.request(named, credentials));
  }

  @Override
  public void sayAccepted() {
    visitor.channel.writeAndFlush(reply(Socks5CommandStatus.SUCCESS));
    pipeline.remove(ENCODER);
  }

  @Override
  public void sayRefused(Refusal refusal) {
    visitor.endWith(reply(status(refusal)));
  }

  /// RFC 1928 section 6; its numbers have no word for a time out.
  private static Socks5CommandStatus status(Refusal refusal) {
    return switch (refusal) {
      case GENERAL_FAILURE -> Socks5CommandStatus.FAILURE;
      case NOT_ALLOWED -> Socks5CommandStatus.FORBIDDEN;
      case NETWORK_UNREACHABLE -> Socks5CommandStatus.NETWORK_UNREACHABLE;
      case HOST_UNREACHABLE -> Socks5CommandStatus.HOST_UNREACHABLE;
      case CONNECTION_REFUSED -> Socks5CommandStatus.CONNECTION_REFUSED;
      case TIMED_OUT -> Socks5CommandStatus.TTL_EXPIRED;
      case NOT_SUPPORTED -> Socks5CommandStatus.COMMAND_UNSUPPORTED;
    };
  }

  private static DefaultSocks5CommandResponse reply(Socks5CommandStatus status) {
    return new DefaultSocks5CommandResponse(status, Socks5AddressType.IPv4, NOWHERE, 0);
  }

  private void malformed() {
    visitor.door.note("connections closed whose request was malformed");
    visitor.reset();
  }

  void onClosed() {
    UdpAssociation open = association;
    association = null;
    if (open != null) {
      open.close();
    }
  }
}
