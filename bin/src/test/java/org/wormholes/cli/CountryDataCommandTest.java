package org.wormholes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.runtime.facts.Countries;
import picocli.CommandLine;

class CountryDataCommandTest {
  @TempDir Path temp;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void makesATableThatEnginesRead() throws IOException {
    Path text = Files.writeString(temp.resolve("geoip"), "1.0.0.0,1.0.0.255,AU\n");
    Path table = temp.resolve("some/where/countries");
    assertThat(run("country-data", text.toString(), "-o", table.toString())).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("1 countries, 2 entries of IPv4 and 0 of IPv6");
    Countries countries = Countries.read(List.of(table));
    assertThat(countries.of(InetAddress.ofLiteral("1.0.0.9"))).isEqualTo("AU");
    assertThat(temp.resolve("some/where")).isDirectoryNotContaining("glob:**/.countries*");
  }

  @Test
  void saysWhichFileCannotBeUsedAndLeavesTheTable() throws IOException {
    Path table = Files.writeString(temp.resolve("countries"), "before");
    Path wrong = Files.writeString(temp.resolve("wrong"), "1.0.0.0,1.0.0.255,AU\nnonsense\n");
    assertThat(run("country-data", wrong.toString(), "-o", table.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("wrong:2 is no line `first,last,CC`");

    assertThat(run("country-data", temp.resolve("none.mmdb").toString(), "-o", table.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("none.mmdb");

    Path empty = Files.writeString(temp.resolve("empty"), "# nothing\n");
    assertThat(run("country-data", empty.toString(), "-o", table.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("it names no country");
    assertThat(table).hasContent("before");
  }

  private int run(String... args) {
    CommandLine line = Main.commandLine(args);
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(args);
  }
}
