package org.wormholes.runtime.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tables of countries say what the files said that they were made from.
final class CountryTableTest {
  @TempDir Path folder;

  @Test
  void aTableSaysWhatATextFileSays() throws IOException {
    SplittableRandom random = new SplittableRandom(11);
    StringBuilder lines = new StringBuilder();
    long next = 0;
    while (next < 0xf000_0000L) {
      long last = next + random.nextInt(1 << 24);
      String country = List.of("DE", "FR", "US", "??").get(random.nextInt(4));
      lines.append("%d,%d,%s%n".formatted(next, last, country));
      next = last + 1 + (random.nextBoolean() ? 0 : random.nextInt(1 << 24));
    }
    lines.append("255.255.255.0,255.255.255.255,NL\n");
    lines.append("2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,DE\n");
    lines.append("2001:db8:1::,2001:db8:1::,SE\n");
    Path text = Files.writeString(folder.resolve("geoip"), lines);
    Countries said = Countries.read(List.of(text));
    Countries table = Countries.read(List.of(write(CountryTableWriter.of(List.of(text)))));

    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[4];
      random.nextBytes(bytes);
      InetAddress address = InetAddress.getByAddress(bytes);
      assertThat(table.of(address)).as("%s", address).isEqualTo(said.of(address));
    }
    assertThat(of(table, "255.255.255.255")).isEqualTo("NL");
    assertThat(of(table, "2001:db8:0:ffff:ffff:ffff:ffff:ffff")).isEqualTo("DE");
    assertThat(of(table, "2001:db8:1::")).isEqualTo("SE");
    assertThat(of(table, "2001:db8:1::1")).isEmpty();
    assertThat(of(table, "2001:db7::1")).isEmpty();
    assertThat(of(table, "ffff::1")).isEmpty();
  }

  @Test
  void aTableSaysWhatADatabaseSays() throws IOException {
    Path database = folder.resolve("countries.mmdb");
    Files.write(database, TinyDatabase.of("198.51.100.0", 24, "NL"));
    CountryTableWriter.Table made = CountryTableWriter.of(List.of(database));
    assertThat(made.entries4()).isEqualTo(2);
    assertThat(made.entries6()).isZero();
    assertThat(made.countries()).isEqualTo(1);

    Countries table = Countries.read(List.of(write(made)));
    assertThat(of(table, "198.51.100.0")).isEqualTo("NL");
    assertThat(of(table, "198.51.100.255")).isEqualTo("NL");
    assertThat(of(table, "198.51.101.0")).isEmpty();
    assertThat(of(table, "198.51.99.255")).isEmpty();
  }

  @Test
  void rangesOfOneCountryThatTouchAreOneEntry() throws IOException {
    Path text = folder.resolve("geoip");
    Files.writeString(text, "1.0.0.0,1.0.0.255,DE\n1.0.1.0,1.0.1.255,DE\n1.0.3.0,1.0.3.255,FR\n");
    assertThat(CountryTableWriter.of(List.of(text)).entries4()).isEqualTo(4); // with two ends
  }

  @Test
  void filesThatSpeakOfTheSameAddressesAreRefused() throws IOException {
    Path one = Files.writeString(folder.resolve("one"), "1.0.0.0,1.0.0.255,DE\n");
    Path other = Files.writeString(folder.resolve("other"), "1.0.0.7,1.0.0.7,FR\n");
    assertThatThrownBy(() -> CountryTableWriter.of(List.of(one, other)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("overlap");
  }

  @Test
  void aDamagedTableIsRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("geoip"), "1.0.0.0,1.0.0.255,DE\n");
    byte[] whole = CountryTableWriter.of(List.of(text)).bytes();
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 2_000; i++) {
      byte[] damaged =
          random.nextBoolean() ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
      if (damaged.length == whole.length) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      Path file = Files.write(folder.resolve("damaged"), damaged);
      assertThatThrownBy(
              () -> {
                if (CountryTable.isOne(damaged)) {
                  CountryTable.read(file, damaged);
                } else {
                  throw new IOException("not taken for one");
                }
              })
          .as("round %d", i)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void bytesWithARightChecksumAreCheckedAllTheSame() throws IOException {
    Path text = Files.writeString(folder.resolve("geoip"), "1.0.0.0,1.0.0.255,DE\n");
    byte[] whole = CountryTableWriter.of(List.of(text)).bytes();
    SplittableRandom random = new SplittableRandom(5);
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] altered = whole.clone();
      int from = CountryTable.MAGIC.length + 4;
      altered[from + random.nextInt(altered.length - from)] ^= (byte) (1 << random.nextInt(8));
      java.nio.ByteBuffer.wrap(altered)
          .putInt(CountryTable.MAGIC.length, CountryTable.crc(altered));
      try {
        assertThat(of(CountryTable.read(text, altered), "1.0.0.9")).hasSizeLessThan(3);
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(500);
  }

  private Path write(CountryTableWriter.Table table) throws IOException {
    return Files.write(folder.resolve("countries"), table.bytes());
  }

  private static String of(Countries countries, String address) throws UnknownHostException {
    return countries.of(InetAddress.ofLiteral(address));
  }
}
