package org.wormholes.spec.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.KnownBytes;
import org.wormholes.spec.lab.Laboratory;
import org.wormholes.spec.lab.PageServer;
import org.wormholes.spec.lab.Tools;

/// curl, in every way it knows to use a proxy.
@ExtendWith(Laboratory.Extension.class)
final class CurlTest {
  private static final int SIZE = 32 << 20;

  /// curl(1): "97 Proxy handshake error", "56 failure in receiving network data".
  private static final int PROXY_HANDSHAKE_ERROR = 97;

  @BeforeEach
  void curl() {
    String _ = Tools.need("curl", "curl");
  }

  private static Command curl(String... words) {
    return Command.of("curl", "--silent", "--show-error", "--noproxy", "", "--max-time", "40")
        .with(words);
  }

  private static String[] through(String form, Laboratory lab) {
    return form.replace("PROXY", "127.0.0.1:" + lab.socksPort()).split(" ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--socks5-hostname PROXY",
        "--socks4a PROXY",
        "--proxy http://PROXY",
        "--proxytunnel --proxy http://PROXY",
        "--proxy socks5h://PROXY",
        "--proxy socks4a://PROXY",
        "--proxy-user ada:secret --socks5-hostname PROXY",
        "--proxy-user ada:secret --proxytunnel --proxy http://PROXY",
      })
  void fetchesANameThatOnlyTheExitCanResolve(String form, Laboratory lab) {
    String host = lab.freshName();

    var outcome = curl(through(form, lab)).with(lab.pages().url(host, "/hello")).run().good();

    assertThat(outcome.text()).isEqualTo(PageServer.GREETING);
    assertThat(lab.names().questions()).contains(host);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--socks5 PROXY", "--socks4 PROXY", "--socks5-hostname PROXY"})
  void fetchesFromAnAddress(String form, Laboratory lab) {
    var outcome =
        curl(through(form, lab)).with(lab.pages().url("127.0.0.1", "/hello")).run().good();

    assertThat(outcome.text()).isEqualTo(PageServer.GREETING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--socks5-hostname PROXY",
        "--proxy http://PROXY",
        "--proxytunnel --proxy http://PROXY"
      })
  void bringsEveryByteOfALargeBody(String form, Laboratory lab) {
    String url = lab.pages().url(lab.freshName(), "/bytes/" + SIZE);

    var outcome = curl(through(form, lab)).with(url).run().good();

    assertThat(sha256(outcome.output())).isEqualTo(KnownBytes.sha256(SIZE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--socks5-hostname PROXY",
        "--proxy http://PROXY",
        "--proxytunnel --proxy http://PROXY"
      })
  void bringsBackWhatItPosts(String form, Laboratory lab, @TempDir Path folder) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    KnownBytes.write(4 << 20, body);
    Path file = Files.write(folder.resolve("body"), body.toByteArray());

    var outcome =
        curl(through(form, lab))
            .with("--data-binary", "@" + file, lab.pages().url(lab.freshName(), "/echo"))
            .run()
            .good();

    assertThat(sha256(outcome.output())).isEqualTo(KnownBytes.sha256(4 << 20));
  }

  @Test
  void usesOnePlainProxyConnectionForSeveralSites(Laboratory lab) {
    String first = lab.pages().url(lab.freshName(), "/hello");
    String second = lab.pages().url(lab.freshName(), "/bytes/100");

    var outcome =
        curl(through("--proxy http://PROXY", lab)).with(first, second, first).run().good();

    assertThat(outcome.output()).hasSize(2 * PageServer.GREETING.length() + 100);
  }

  @Test
  void handsOnTheSitesOwnErrors(Laboratory lab) {
    var outcome =
        curl(through("--proxy http://PROXY", lab))
            .with("--output", "/dev/null", "--write-out", "%{http_code}")
            .with(lab.pages().url(lab.freshName(), "/no-such-page"))
            .run()
            .good();

    assertThat(outcome.text()).isEqualTo("404");
  }

  @Test
  void isToldInSocksTermsThatNobodyListens(Laboratory lab) {
    var outcome =
        curl(through("--socks5-hostname PROXY", lab))
            .with("http://" + lab.freshName() + ":1/hello")
            .run();

    assertThat(outcome.exit()).isEqualTo(PROXY_HANDSHAKE_ERROR);
    assertThat(outcome.errors()).contains("(5)");
  }

  @ParameterizedTest
  @CsvSource({
    "--socks5-hostname PROXY, 97",
    "--socks4a PROXY, 97",
    "--proxytunnel --proxy http://PROXY, 56"
  })
  void isToldThatANameDoesNotExist(String form, int code, Laboratory lab) {
    var outcome = curl(through(form, lab)).with("http://no-such-name.test:80/").run();

    assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(code);
  }

  @Test
  void getsAnErrorPageFromThePlainProxyForANameThatDoesNotExist(Laboratory lab) {
    var outcome =
        curl(through("--proxy http://PROXY", lab))
            .with("--output", "/dev/null", "--write-out", "%{http_code}")
            .with("http://no-such-name.test:80/")
            .run()
            .good();

    assertThat(outcome.text()).startsWith("5");
  }

  private static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(KnownBytes.newSha256().digest(bytes));
  }
}
