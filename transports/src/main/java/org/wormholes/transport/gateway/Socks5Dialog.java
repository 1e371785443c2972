package org.wormholes.transport.gateway;

import io.netty.util.NetUtil;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor.Refusal;
import org.wormholes.runtime.spi.FlowRequest;

/// SOCKS5 as a client: RFC 1928, with the user name and password of RFC 1929 where there are any.
/// Names are sent as they are.
///
/// greeted → (password sent →) asked → open or refused, each by the answer of the proxy.
final class Socks5Dialog implements ProxyDialog {
  private static final byte VERSION = 5;
  private static final byte NO_AUTHENTICATION = 0;
  private static final byte PASSWORD = 2;
  private static final byte CONNECT = 1;
  private static final byte IP4 = 1;
  private static final byte NAME = 3;
  private static final byte IP6 = 4;
  private static final int NOT_YET_KNOWN = 5; // bytes of an answer that tell its length

  private final EntrySpec.Target to;
  private final FlowRequest.Credentials who;
  private final byte[] answer = new byte[4 + 1 + 255 + 2];
  private int have;
  private int want;
  private State state = State.GREETED;

  private enum State {
    GREETED,
    PASSWORD_SENT,
    ASKED
  }

  Socks5Dialog(EntrySpec.Target to, FlowRequest.Credentials who) {
    this.to = to;
    this.who = who;
  }

  private boolean hasPassword() {
    return !who.user().isEmpty() || !who.password().isEmpty();
  }

  @Override
  public byte[] begin() {
    want = 2;
    return hasPassword()
        ? new byte[] {VERSION, 1, PASSWORD}
        : new byte[] {VERSION, 1, NO_AUTHENTICATION};
  }

  @Override
  public Optional<Step> on(ByteBuffer in) {
    while (in.hasRemaining()) {
      answer[have++] = in.get();
      if (have < want) {
        continue;
      }
      Step step = answered();
      if (step != null) {
        have = 0;
        return Optional.of(step);
      }
    }
    return Optional.empty();
  }

  /// Null where more must be read.
  private @Nullable Step answered() {
    return switch (state) {
      case GREETED -> chosen();
      case PASSWORD_SENT -> answer[1] == 0 ? ask() : wrongPassword();
      case ASKED -> replied();
    };
  }

  private Step chosen() {
    if (answer[0] != VERSION) {
      return new Step.Refused(Refusal.GENERAL_FAILURE, "the proxy does not speak SOCKS5");
    }
    if (answer[1] == PASSWORD && hasPassword()) {
      state = State.PASSWORD_SENT;
      want = 2;
      return new Step.Say(ByteBuffer.wrap(password()));
    }
    if (answer[1] == NO_AUTHENTICATION && !hasPassword()) {
      return ask();
    }
    return hasPassword()
        ? new Step.Refused(Refusal.NOT_ALLOWED, "the proxy takes no password")
        : new Step.Refused(Refusal.NOT_ALLOWED, "the proxy wants a user name and a password");
  }

  private static Step wrongPassword() {
    return new Step.Refused(Refusal.NOT_ALLOWED, "the proxy does not take the password");
  }

  private byte[] password() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(1);
    for (String part : new String[] {who.user(), who.password()}) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      out.write(bytes.length);
      out.writeBytes(bytes);
    }
    return out.toByteArray();
  }

  private Step ask() {
    state = State.ASKED;
    want = NOT_YET_KNOWN;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {VERSION, CONNECT, 0});
    byte[] address = NetUtil.createByteArrayFromIpAddressString(to.host());
    if (address != null) {
      out.write(address.length == 4 ? IP4 : IP6);
      out.writeBytes(address);
    } else {
      byte[] name = to.host().getBytes(StandardCharsets.US_ASCII);
      out.write(NAME);
      out.write(name.length);
      out.writeBytes(name);
    }
    out.write(to.port() >>> 8);
    out.write(to.port());
    return new Step.Say(ByteBuffer.wrap(out.toByteArray()));
  }

  private @Nullable Step replied() {
    if (have == NOT_YET_KNOWN && want == NOT_YET_KNOWN) {
      if (answer[0] != VERSION) {
        return new Step.Refused(Refusal.GENERAL_FAILURE, "the proxy does not speak SOCKS5");
      }
      if (answer[1] != 0) {
        return new Step.Refused(refusal(answer[1]), reason(answer[1] & 0xff));
      }
      int length =
          switch (answer[3]) {
            case IP4 -> 4;
            case IP6 -> 16;
            case NAME -> 1 + (answer[4] & 0xff);
            default -> -1;
          };
      if (length < 0) {
        return new Step.Refused(Refusal.GENERAL_FAILURE, "the proxy's answer can't be read");
      }
      want = 4 + length + 2;
      if (have < want) {
        return null;
      }
    }
    return new Step.Open();
  }

  /// Codes from 0xF0 are Tor's (its proposal 304).
  private static String reason(int code) {
    return switch (code) {
      case 0xf0 -> "the onion service is not found";
      case 0xf1 -> "what is said of the onion service can't be read";
      case 0xf2, 0xf7 -> "the onion service could not be asked to come";
      case 0xf3 -> "the onion service did not come";
      case 0xf4, 0xf5 -> ProxyExchange.WANTS_CLIENT_KEY;
      case 0xf6 -> "the onion address is mistyped";
      default -> "the proxy says no: code " + code;
    };
  }

  /// RFC 1928 section 6.
  private static Refusal refusal(byte code) {
    return switch (code) {
      case 2 -> Refusal.NOT_ALLOWED;
      case 3 -> Refusal.NETWORK_UNREACHABLE;
      case 4 -> Refusal.HOST_UNREACHABLE;
      case 5 -> Refusal.CONNECTION_REFUSED;
      case 6 -> Refusal.TIMED_OUT;
      case 7, 8 -> Refusal.NOT_SUPPORTED;
      case (byte) 0xf0, (byte) 0xf1, (byte) 0xf2, (byte) 0xf3, (byte) 0xf6, (byte) 0xf7 ->
          Refusal.HOST_UNREACHABLE;
      case (byte) 0xf4, (byte) 0xf5 -> Refusal.NOT_ALLOWED;
      default -> Refusal.GENERAL_FAILURE;
    };
  }
}
