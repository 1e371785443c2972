package org.wormholes.spec.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.rules.SourceMap;
import org.wormholes.runtime.control.ApplyOutcome;
import org.wormholes.runtime.control.ApplyRolledBackException;
import org.wormholes.runtime.control.ApplyTerms;
import org.wormholes.runtime.control.Probe;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.lab.Keytool;

/// Probes of HTTPS pages check the certificate, on this side of the tunnel, and say what is wrong
/// with it. The authority is made here.
class HttpsProbeTest {
  private static final char[] PASSWORD = Keytool.PASSWORD.toCharArray();

  @TempDir Path temp;
  private final List<HttpsServer> servers = new ArrayList<>();
  private SSLContext before;

  @BeforeEach
  void trustOurAuthority() throws Exception {
    before = SSLContext.getDefault();
    Keytool.make(
        temp.resolve("ours.p12"), "-alias", "authority", "-dname", "CN=Authority", "-ext", "bc:c");
    Keytool.make(
        temp.resolve("strange.p12"),
        "-alias",
        "authority",
        "-dname",
        "CN=Stranger",
        "-ext",
        "bc:c");
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(
        "authority", Keytool.load(temp.resolve("ours.p12")).getCertificate("authority"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    SSLContext.setDefault(context);
  }

  @AfterEach
  void stop() {
    SSLContext.setDefault(before);
    servers.forEach(server -> server.stop(0));
  }

  @Test
  void aPageWithATrustedCertificatePasses() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(3)) {
      ApplyOutcome outcome = apply(network, page(server("ours.p12", "ip:127.0.0.1"), "/here"), 20);
      assertThat(outcome.probes()).singleElement().matches(each -> each.detail().equals("200"));
    }
  }

  @Test
  void eachFaultIsNamedAndTheOldRulesComeBack() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(3)) {
      int trusted = server("ours.p12", "ip:127.0.0.1");
      apply(network, page(trusted, "/here"), 20);

      assertFails(
          network,
          page(server("strange.p12", "ip:127.0.0.1"), "/here"),
          "the certificate of 127.0.0.1 is signed by nobody this machine trusts");
      assertFails(
          network,
          page(server("ours.p12", "dns:other.example"), "/here"),
          "the certificate is not for 127.0.0.1");
      assertFails(
          network,
          page(server("ours.p12", "ip:127.0.0.1", "-startdate", "-9d", "-validity", "2"), "/here"),
          "the certificate of 127.0.0.1 has expired");
      assertFails(network, page(trusted, "/gone"), "the answer was 404");
    }
  }

  /// What speaks no TLS is tried until the time is over, since a server may be starting.
  @Test
  void aServerThatSpeaksNoTlsIsNamed() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(3);
        ServerSocket plain = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().name("no-tls").start(() -> answerPlainly(plain));
      assertThatThrownBy(() -> apply(network, page(plain.getLocalPort(), "/"), 8))
          .hasMessageContaining("TLS failed: ");
    }
  }

  private static void answerPlainly(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        socket
            .getOutputStream()
            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        // The test has ended, or a probe has.
      }
    }
  }

  /// A fault of the certificate is found at once, long before the probe's time is over.
  private static void assertFails(LocalNetwork network, String page, String why) {
    long began = System.nanoTime();
    boolean ofCertificate = why.contains("certificate");
    assertThatThrownBy(() -> apply(network, page, ofCertificate ? 120 : 8))
        .isInstanceOf(ApplyRolledBackException.class)
        .hasMessageContaining(why)
        .hasMessageContaining("test 1 runs again");
    if (ofCertificate) {
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(60));
    }
  }

  private static ApplyOutcome apply(LocalNetwork network, String probe, int seconds)
      throws Exception {
    String script =
        """
        ruleset "test", version: "1" do
          network "local" do
            open_to :anyone
            bootstrap "%s"
          end
          tunnel "web", over: "local" do
            entry { socks port: 0 }
            relay 2
            exit { allow { address.loopback? && port > %d } }
          end
        end
        """
            .formatted(network.bootstrap(), System.nanoTime() % 1000); // each differs from the last
    var compiled = Compiler.compile("test.rb", script, Options.defaults());
    var terms =
        new ApplyTerms(
            ApplyTerms.DEFAULT_DRAIN,
            List.of(Probe.parse(probe, Duration.ofSeconds(seconds))),
            new ApplyTerms.Keeper() {});
    try {
      return network
          .client()
          .apply(compiled.ruleset().orElseThrow(), SourceMap.EMPTY, terms)
          .toCompletableFuture()
          .get(150, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static String page(int port, String path) {
    return "https://127.0.0.1:" + port + path;
  }

  private int server(String authority, String name, String... more) throws Exception {
    String alias = "server" + servers.size();
    List<String> options =
        new ArrayList<>(
            List.of("-alias", alias, "-dname", "CN=Server", "-signer", "authority", "-ext"));
    options.add("san=" + name);
    options.addAll(List.of(more));
    Keytool.make(temp.resolve(authority), options.toArray(String[]::new));
    KeyStore only = KeyStore.getInstance("PKCS12");
    only.load(null, null);
    KeyStore all = Keytool.load(temp.resolve(authority));
    only.setKeyEntry(
        "server", all.getKey(alias, PASSWORD), PASSWORD, all.getCertificateChain(alias));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(only, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/",
        exchange -> {
          boolean here = exchange.getRequestURI().getPath().equals("/here");
          exchange.sendResponseHeaders(here ? 200 : 404, -1);
          exchange.close();
        });
    server.start();
    servers.add(server);
    return server.getAddress().getPort();
  }
}
