package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.facts.CountryTableWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes country-data`: where addresses lie, from whatever form a person has it in.
@Command(
    name = "country-data",
    mixinStandardHelpOptions = true,
    description = {
      "Make the table of countries that engines use for rules that ask where an address lies.",
      "Goes nowhere online: it reads a MaxMind database (.mmdb) or text files as Tor ships them.",
      "Engines take it at their next start; without one they use Tor's files where installed."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "2:a file cannot be used, or cannot be written"})
final class CountryDataCommand implements Callable<Integer> {
  /// What was made.
  record Made(String file, long bytes, int ipv4, int ipv6, int countries) {}

  @Mixin private Reporting reporting;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "The data; several files must speak of different addresses.")
  private List<Path> files = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to write the table (default: $XDG_DATA_HOME/wormholes/countries).")
  private @Nullable Path output;

  @Override
  public Integer call() {
    Path file = output == null ? Locations.countryTable() : output;
    CountryTableWriter.Table table;
    try {
      table = CountryTableWriter.of(files);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.USAGE, "cannot use the data: " + reason(e));
    }
    if (table.countries() == 0) {
      throw new CommandFailure(ExitCode.USAGE, "cannot use the data: it names no country");
    }
    try {
      write(file, table.bytes());
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.USAGE, "cannot write the table: " + reason(e));
    }
    Made made =
        new Made(
            file.toString(),
            table.bytes().length,
            table.entries4(),
            table.entries6(),
            table.countries());
    reporting.print(
        made,
        it ->
            List.of(
                "%s: %,d countries, %,d entries of IPv4 and %,d of IPv6 in %,d bytes"
                    .formatted(it.file(), it.countries(), it.ipv4(), it.ipv6(), it.bytes())));
    return ExitCode.OK;
  }

  private static String reason(IOException e) {
    String message = String.valueOf(e.getMessage());
    return e instanceof java.nio.file.NoSuchFileException ? "there is no " + message : message;
  }

  /// An engine that starts meanwhile sees the old table or the new one.
  private static void write(Path file, byte[] bytes) throws IOException {
    Path whole = file.toAbsolutePath();
    Path folder = whole.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Path fresh = Files.createTempFile(folder, ".countries", ".new");
    try {
      Files.write(fresh, bytes);
      Files.move(fresh, whole, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}
