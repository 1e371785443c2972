package org.wormholes.transport.gateway;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor.Refusal;
import org.wormholes.runtime.spi.FlowRequest;

/// HTTP CONNECT as a client: RFC 9110 section 9.3.6. The proxy answers with a head, and after one
/// that begins with 2 the stream.
final class ConnectDialog implements ProxyDialog {
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([0-9]{3})( [^\\r\\n]*)?");

  /// RFC 9110 section 15.2: "A client MUST be able to parse one or more 1xx responses received
  /// prior to a final response".
  private static final Pattern INTERIM = Pattern.compile("HTTP/1\\.1 1[0-9]{2}[ \\r\\n]");

  private final EntrySpec.Target to;
  private final FlowRequest.Credentials who;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private int read;
  private int ended; // how much of "\r\n\r\n", or of "\n\n", was read

  ConnectDialog(EntrySpec.Target to, FlowRequest.Credentials who) {
    this.to = to;
    this.who = who;
  }

  @Override
  public byte[] begin() {
    String host = to.host().indexOf(':') >= 0 ? "[" + to.host() + "]" : to.host();
    String place = host + ":" + to.port();
    StringBuilder request = new StringBuilder();
    request.append("CONNECT ").append(place).append(" HTTP/1.1\r\nHost: ").append(place);
    if (!who.user().isEmpty() || !who.password().isEmpty()) {
      byte[] secret = (who.user() + ":" + who.password()).getBytes(StandardCharsets.UTF_8);
      request
          .append("\r\nProxy-Authorization: Basic ")
          .append(Base64.getEncoder().encodeToString(secret));
    }
    return request.append("\r\n\r\n").toString().getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public Optional<Step> on(ByteBuffer in) {
    while (in.hasRemaining()) {
      byte next = in.get();
      head.write(next);
      if (next == '\n') {
        ended++;
      } else if (next != '\r') {
        ended = 0;
      }
      if (ended == 2) {
        String answer = head.toString(StandardCharsets.ISO_8859_1);
        if (!INTERIM.matcher(answer).lookingAt()) {
          return Optional.of(answered(answer));
        }
        head.reset();
        ended = 0;
      }
      if (++read > MAX_ANSWER) {
        return Optional.of(
            new Step.Refused(Refusal.GENERAL_FAILURE, "the proxy's answer is too long"));
      }
    }
    return Optional.empty();
  }

  private static Step answered(String head) {
    Matcher status = STATUS.matcher(head.lines().findFirst().orElse(""));
    if (!status.matches()) {
      return new Step.Refused(Refusal.GENERAL_FAILURE, "the proxy does not speak HTTP");
    }
    int code = Integer.parseInt(status.group(1));
    if (code >= 200 && code < 300) {
      return new Step.Open();
    }
    Refusal refusal =
        switch (code) {
          case 401, 403, 405, 407 -> Refusal.NOT_ALLOWED;
          case 404, 502, 503 -> Refusal.HOST_UNREACHABLE;
          case 504 -> Refusal.TIMED_OUT;
          case 501 -> Refusal.NOT_SUPPORTED;
          default -> Refusal.GENERAL_FAILURE;
        };
    return new Step.Refused(refusal, "the proxy says no: " + code);
  }
}
