package org.wormholes.transport.exit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.runtime.spi.NameFailure;
import org.wormholes.runtime.spi.Outside.AskListener;
import org.wormholes.runtime.spi.Outside.ResolveListener;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.Sockets;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

@Timeout(30)
class NamesTest {
  private final Sockets sockets = Sockets.open(NettyOptions.defaults().withLoops(1));
  private final NettyOutside outside = new NettyOutside(sockets);
  private ZoneServer server;

  @BeforeEach
  void serve() throws IOException {
    server =
        new ZoneServer()
            .with("www.page.test", "A", 300, "192.0.2.7")
            .with("www.page.test", "AAAA", 200, "2001:db8::7")
            .with("short.page.test", "A", 1, "192.0.2.7")
            .with("four.page.test", "A", 300, "192.0.2.4")
            .with("alias.test", "CNAME", 60, "www.page.test.")
            .with("mail.test", "MX", 3600, "10 mx.mail.test.")
            .with("inside.test", "A", 60, "10.0.0.1")
            .with("inside.test", "A", 60, "192.0.2.9")
            .with("inside.test", "HTTPS", 60, "1 . alpn=h2 ipv4hint=10.0.0.1")
            .with("inside.test", "HTTPS", 60, "2 . alpn=h2 ipv4hint=192.0.2.9");
  }

  @AfterEach
  void close() throws IOException {
    sockets.close();
    server.close();
  }

  @Test
  void asksTheGivenServerForBothFamiliesAndRemembers() throws Exception {
    List<InetAddress> first = resolve("www.page.test");
    assertThat(first)
        .extracting(InetAddress::getHostAddress)
        .containsExactlyInAnyOrder("192.0.2.7", "2001:db8:0:0:0:0:0:7");
    if (!Routes.hasIpv6()) {
      assertThat(first.getFirst().getHostAddress()).isEqualTo("192.0.2.7");
    }
    assertThat(server.asked).containsExactlyInAnyOrder("www.page.test A", "www.page.test AAAA");
    assertThat(resolve("www.page.test")).isEqualTo(first);
    assertThat(server.asked).hasSize(2);
  }

  @Test
  void asksForOneFamilyOnly() throws Exception {
    assertThat(ask("www.page.test", 6).addresses.get(10, TimeUnit.SECONDS))
        .extracting(InetAddress::getHostAddress)
        .containsExactly("2001:db8:0:0:0:0:0:7");
    assertThat(server.asked).containsExactly("www.page.test AAAA");
  }

  @Test
  void saysHowLongAnAnswerMayBeRemembered() throws Exception {
    Outcome outcome = ask("www.page.test", 0);
    assertThat(outcome.timeToLive.get(10, TimeUnit.SECONDS)).isEqualTo(Duration.ofSeconds(200));
    assertThat(ask("alias.test", 4).timeToLive.get(10, TimeUnit.SECONDS))
        .isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void tellsNoAddressFromNoName() throws Exception {
    Outcome none = ask("four.page.test", 6);
    assertThat(none.addresses.get(10, TimeUnit.SECONDS)).isEmpty();
    Outcome missing = ask("missing.test", 6);
    assertThat(missing.why.get(10, TimeUnit.SECONDS)).isEqualTo(NameFailure.NOT_FOUND);
    // RFC 2308 section 5: the lesser of the SOA's time to live and its last field.
    assertThat(none.timeToLive.get()).isEqualTo(Duration.ofSeconds(30));
    assertThat(missing.timeToLive.get()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void doesNotRememberLongerThanAllowed() throws Exception {
    resolve("short.page.test");
    assertThat(server.asked).hasSize(2);
    CompletableFuture<Void> later = new CompletableFuture<>();
    sockets.loops().getFirst().schedule(Duration.ofMillis(1200), () -> later.complete(null));
    later.get(5, TimeUnit.SECONDS);
    resolve("short.page.test");
    // That there is no other family is remembered longer.
    assertThat(server.asked).filteredOn(it -> it.endsWith(" A")).hasSize(2);
  }

  @Test
  void saysWhenThereIsNoSuchName() throws Exception {
    assertThat(failure("missing.test")).isEqualTo(NameFailure.NOT_FOUND);
  }

  @Test
  void saysWhenTheServerFails() throws Exception {
    server.codes.put("www.page.test", Rcode.SERVFAIL);
    assertThat(failure("www.page.test")).isEqualTo(NameFailure.FAILED);
  }

  @Test
  void asksTheNextServerWhereOneFails() throws Exception {
    try (ZoneServer broken = new ZoneServer()) {
      broken.codes.put("www.page.test", Rcode.REFUSED);
      Outcome outcome = new Outcome();
      outside.resolve(
          sockets.loops().getFirst(),
          "www.page.test",
          4,
          List.of(broken.address(), server.address()),
          outcome);
      assertThat(outcome.addresses.get(10, TimeUnit.SECONDS)).hasSize(1);
      assertThat(broken.asked).hasSize(1);
    }
  }

  @Test
  void asksOverAConnectionForWhatWasCutShort() throws Exception {
    for (int i = 0; i < 200; i++) {
      server.with("many.test", "TXT", 60, "\"record number " + i + "\"");
    }
    Message answer = records("many.test", Type.TXT, any -> true);
    assertThat(answer.getSection(Section.ANSWER)).hasSize(200);
    assertThat(server.asked).containsExactly("many.test TXT", "many.test TXT");
  }

  @Test
  void takesNoAnswerWithAnotherIdentifierOrQuestion() throws Exception {
    server.datagrams =
        response -> {
          response.getHeader().setID(response.getHeader().getID() ^ 1);
          return response;
        };
    assertThat(failure("www.page.test")).isEqualTo(NameFailure.TIMED_OUT);
  }

  @Test
  void answersForRecordsOfOtherTypes() throws Exception {
    Message answer = records("mail.test", Type.MX, any -> true);
    assertThat(answer.getHeader().getID()).isZero();
    assertThat(answer.getSection(Section.ANSWER))
        .extracting(Record::rdataToString)
        .containsExactly("10 mx.mail.test.");
    assertThat(records("missing.test", Type.MX, any -> true).getRcode()).isEqualTo(Rcode.NXDOMAIN);
  }

  @Test
  void leavesOutRecordsThatLeadWhereNobodyMayGo() throws Exception {
    Predicate<InetAddress> isPublic = address -> !address.isSiteLocalAddress();
    assertThat(records("inside.test", Type.A, isPublic).getSection(Section.ANSWER))
        .extracting(Record::rdataToString)
        .containsExactly("192.0.2.9");
    assertThat(records("inside.test", Type.HTTPS, isPublic).getSection(Section.ANSWER))
        .singleElement()
        .asString()
        .contains("192.0.2.9");
  }

  @Test
  void followsAnAlias() throws Exception {
    assertThat(resolve("alias.test")).extracting(InetAddress::getHostAddress).contains("192.0.2.7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1", "::1", "192.0.2.1", "2001:db8::1", "localhost", "a.localhost"})
  void needsNoLookupForWhatIsKnown(String host) throws Exception {
    assertThat(resolve(host)).isNotEmpty();
    assertThat(server.asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a..b", "a b", "fe80::1%lo", "\u00fc.test"})
  void refusesWhatIsNoName(String host) throws Exception {
    assertThat(failure(host)).isEqualTo(NameFailure.NOT_FOUND);
    assertThat(server.asked).isEmpty();
  }

  @Test
  void refusesLabelsThatAreTooLong() throws Exception {
    assertThat(failure("a".repeat(64) + ".test")).isEqualTo(NameFailure.NOT_FOUND);
    assertThat(failure("a.".repeat(127) + "test")).isEqualTo(NameFailure.NOT_FOUND);
    assertThat(server.asked).isEmpty();
  }

  /// Spellings that old C functions take for 127.0.0.1 are names here and get no address.
  @ParameterizedTest
  @ValueSource(strings = {"0x7f.1", "127.1", "2130706433", "0177.0.0.1"})
  void takesOddSpellingsForNames(String host) throws Exception {
    assertThat(failure(host)).isEqualTo(NameFailure.NOT_FOUND);
  }

  @Test
  void aServerThatIsNoAddressIsNotLookedUp() throws Exception {
    Outcome outcome = new Outcome();
    outside.resolve(sockets.loops().getFirst(), "a.test", 0, List.of("dns.example"), outcome);
    assertThat(outcome.why.get(5, TimeUnit.SECONDS)).isEqualTo(NameFailure.FAILED);
  }

  private List<InetAddress> resolve(String host) throws Exception {
    return ask(host, 0).addresses.get(10, TimeUnit.SECONDS);
  }

  private NameFailure failure(String host) throws Exception {
    return ask(host, 0).why.get(10, TimeUnit.SECONDS);
  }

  private Outcome ask(String host, int family) {
    Outcome outcome = new Outcome();
    outside.resolve(sockets.loops().getFirst(), host, family, List.of(server.address()), outcome);
    return outcome;
  }

  private Message records(String name, int type, Predicate<InetAddress> allowed) throws Exception {
    CompletableFuture<byte[]> message = new CompletableFuture<>();
    outside.ask(
        sockets.loops().getFirst(),
        new NameQuestion(name, type, false),
        List.of(server.address()),
        allowed,
        new AskListener() {
          @Override
          public void onAnswered(byte[] answer, Duration timeToLive) {
            message.complete(answer);
          }

          @Override
          public void onUnanswered(NameFailure why) {
            message.completeExceptionally(new AssertionError(why));
          }
        });
    return new Message(message.get(10, TimeUnit.SECONDS));
  }

  private static final class Outcome implements ResolveListener {
    private final CompletableFuture<List<InetAddress>> addresses = new CompletableFuture<>();
    private final CompletableFuture<NameFailure> why = new CompletableFuture<>();
    private final CompletableFuture<Duration> timeToLive = new CompletableFuture<>();

    @Override
    public void onResolved(List<InetAddress> found, Duration remembered) {
      timeToLive.complete(remembered);
      addresses.complete(found);
      why.completeExceptionally(new AssertionError("resolved to " + found));
    }

    @Override
    public void onUnresolved(NameFailure reason, Duration remembered) {
      timeToLive.complete(remembered);
      why.complete(reason);
      addresses.completeExceptionally(new AssertionError(reason));
    }
  }
}
