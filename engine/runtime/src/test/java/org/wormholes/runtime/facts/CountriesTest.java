package org.wormholes.runtime.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Countries of addresses, by the files people have.
final class CountriesTest {
  @TempDir Path folder;
  private Path text;
  private Path database;

  @BeforeEach
  void write() throws IOException {
    text = folder.resolve("geoip");
    Files.writeString(
        text,
        """
        # as Tor ships it
        16777216,16777471,AU
        16777472,16778239,CN
        3405803776,3405804031,??
        2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,DE
        """);
    database = folder.resolve("countries.mmdb");
    Files.write(database, TinyDatabase.of("198.51.100.0", 24, "NL"));
  }

  @Test
  void readsTextFiles() throws IOException {
    Countries countries = Countries.read(List.of(text));
    assertThat(of(countries, "1.0.0.0")).isEqualTo("AU");
    assertThat(of(countries, "1.0.0.255")).isEqualTo("AU");
    assertThat(of(countries, "1.0.1.0")).isEqualTo("CN");
    assertThat(of(countries, "1.0.4.0")).isEmpty();
    assertThat(of(countries, "0.0.0.1")).isEmpty();
    assertThat(of(countries, "203.0.113.9")).isEmpty();
    assertThat(of(countries, "2001:db8::7")).isEqualTo("DE");
    assertThat(of(countries, "2001:db9::7")).isEmpty();
  }

  @Test
  void readsMaxMindDatabases() throws IOException {
    Countries countries = Countries.read(List.of(database, text));
    assertThat(of(countries, "198.51.100.77")).isEqualTo("NL");
    assertThat(of(countries, "198.51.101.77")).isEmpty();
    assertThat(of(countries, "1.0.0.1")).isEqualTo("AU");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1,2", "x,y,DE", "2,1,DE", "1,5000000000,DE", "1,2001:db8::,DE", "1,5,DE\n5,6,FR"})
  void saysWhichFileCannotBeUsed(String content) throws IOException {
    Files.writeString(text, content);
    assertThatThrownBy(() -> Countries.read(List.of(text)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(text.toString());
  }

  @Test
  void aDamagedDatabaseIsRefusedOrKnowsLess() throws IOException {
    byte[] good = Files.readAllBytes(database);
    Random random = new Random(5);
    int opened = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      Path file = folder.resolve("bad.mmdb");
      Files.write(file, bad);
      try {
        String country = of(Countries.read(List.of(file)), "198.51.100.77");
        assertThat(country.isEmpty() || Countries.isCode(country)).as("seed 5, %d", i).isTrue();
        opened++;
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("bad.mmdb");
      }
    }
    assertThat(opened).isGreaterThan(500);
  }

  private static String of(Countries countries, String address) {
    return countries.of(InetAddress.ofLiteral(address));
  }
}
