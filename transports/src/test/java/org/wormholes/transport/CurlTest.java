package org.wormholes.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The client everybody has, in each of its proxy forms.
@Timeout(60)
class CurlTest extends ProxyTest {
  @BeforeEach
  void needsCurl() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
    open();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--socks5-hostname %",
        "--socks5 %",
        "--socks4a %",
        "--socks4 %",
        "-x http://%",
        "-p -x http://%",
        "--proxy-user joe:secret -x socks5h://%",
        "--proxy-user joe:secret -x http://%",
        "--proxy-user joe:secret -p -x http://%",
        "-x socks4a://joe@%",
      })
  void fetchesThroughEveryForm(String form) throws Exception {
    try (WebServer web = new WebServer()) {
      // curl resolves the name itself in the forms without one; it must be one that it can.
      String page = curl(form, "http://localhost:" + web.port() + "/page");
      assertThat(page).isEqualTo("/page|0");
      assertThat(curl(form, "http://localhost:" + web.port() + "/chunked"))
          .isEqualTo("hello world");
      assertThat(curl(form, "-d", "some body", "http://localhost:" + web.port() + "/post"))
          .isEqualTo("/post|9");
      assertThat(curl(form, "http://localhost:" + web.port() + "/big")).hasSize(5_000_000);
    }
    boolean named = form.contains("joe");
    assertThat(acceptor.requests)
        .hasSize(4)
        .allSatisfy(request -> assertThat(request.credentials().isPresent()).isEqualTo(named));
  }

  @Test
  void namesAreNotResolvedOnThisSide() throws Exception {
    try (WebServer web = new WebServer()) {
      assertThat(curl("--socks5-hostname %", "http://no.such.name.test:" + web.port() + "/x"))
          .isEqualTo("/x|0");
    }
    assertThat(acceptor.requests.getFirst().target().host()).isEqualTo("no.such.name.test");
  }

  @Test
  void keepsAliveOverSeveralHosts() throws Exception {
    try (WebServer one = new WebServer();
        WebServer two = new WebServer()) {
      String all =
          curl(
              "-x http://%",
              "http://a.test:" + one.port() + "/1",
              "http://a.test:" + one.port() + "/2",
              "http://b.test:" + two.port() + "/3",
              "http://a.test:" + one.port() + "/4");
      assertThat(all).isEqualTo("/1|0/2|0/3|0/4|0");
    }
    assertThat(acceptor.requests.stream().map(request -> request.application()).distinct())
        .hasSize(1);
  }

  private String curl(String form, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/curl", "-sS", "--max-time", "20"));
    command.addAll(List.of(form.replace("%", "127.0.0.1:" + port).split(" ")));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.toLowerCase(java.util.Locale.ROOT).endsWith("_proxy"));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
