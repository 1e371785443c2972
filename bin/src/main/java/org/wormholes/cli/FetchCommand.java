package org.wormholes.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.transport.embed.HttpGet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes fetch`.
@Command(
    name = "fetch",
    mixinStandardHelpOptions = true,
    description = "Fetch a page through the engine, and print it or write it to a file.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:fetched",
      "2:not an address of a page",
      "4:no engine answers",
      "6:it could not be reached, or answered with an error"
    })
final class FetchCommand implements Callable<Integer> {
  private static final int MAX_REDIRECTS = 5;
  private static final int FIRST_ERROR = 400;
  private static final int KIB = 1024;

  /// What is reported.
  ///
  /// @param bytes of the page
  record Fetched(int status, long bytes, String file, Duration took) {}

  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;
  @Mixin private ThroughOption through;

  @Parameters(
      paramLabel = "ADDRESS",
      description = "wormhole://ADDRESS/path of a service, http://… or https://….")
  private String address;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write the page to FILE once it is whole.")
  private @Nullable Path file;

  @Override
  public Integer call() throws IOException {
    Destination from = Destination.of(address);
    if (from.scheme().isEmpty()) {
      throw new CommandFailure(
          ExitCode.USAGE, "a page begins with wormhole://, http:// or https://");
    }
    if (reporting.json() && file == null) {
      throw new CommandFailure(ExitCode.USAGE, "--json reports about a file: say which with -o");
    }
    long start = System.nanoTime();
    Path target = file;
    if (target == null) {
      fetch(from, new FileOutputStream(FileDescriptor.out));
      return ExitCode.OK;
    }
    Path part = target.resolveSibling(target.getFileName() + ".part");
    Answer answer;
    try {
      try (OutputStream out = Files.newOutputStream(part)) {
        answer = fetch(from, out);
      }
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
    reporting.print(
        new Fetched(
            answer.status,
            answer.bytes,
            target.toString(),
            Duration.ofNanos(System.nanoTime() - start)),
        it -> List.of("%,d bytes in %s".formatted(it.bytes(), Clean.line(it.file(), 300))));
    return ExitCode.OK;
  }

  private Answer fetch(Destination first, OutputStream out) throws IOException {
    Destination from = first;
    for (int i = 0; i <= MAX_REDIRECTS; i++) {
      Answer answer = new Answer(out);
      try (EngineStream stream = EngineStream.open(engine, from, through.name())) {
        HttpGet.over(stream.channel(), from.page(), answer);
      } catch (IOException e) {
        throw refused(from, String.valueOf(e.getMessage()));
      } finally {
        answer.close();
      }
      Optional<String> location = answer.location();
      if (location.isEmpty()) {
        if (answer.status >= FIRST_ERROR) {
          throw refused(from, "it answered %d %s".formatted(answer.status, answer.reason));
        }
        return answer;
      }
      from =
          from.redirected(location.get())
              .orElseThrow(() ->
                  new CommandFailure(
                      ExitCode.REFUSED,
                      "it leads elsewhere, which is not followed: "
                          + Clean.line(location.get(), 300)));
    }
    throw refused(from, "it leads in a circle");
  }

  private static CommandFailure refused(Destination from, String why) {
    return new CommandFailure(
        ExitCode.REFUSED, Clean.line(from.host(), 200) + ": " + Clean.line(why, 300));
  }

  /// The answer to one request; only the page that was meant is written.
  private final class Answer implements HttpGet.Reader, AutoCloseable {
    private static final int REDIRECTS = 300;

    private final OutputStream out;
    private int status;
    private String reason = "";
    private Optional<String> location = Optional.empty();
    private long bytes;
    private @Nullable Progress progress;

    Answer(OutputStream out) {
      this.out = out;
    }

    @Override
    public void head(HttpGet.Head head) {
      status = head.status();
      reason = head.reason();
      location = head.location();
      progress =
          head.length()
              .map(length ->
                  Progress.of(reporting, "KiB", (int) Math.min(length / KIB, Integer.MAX_VALUE)))
              .orElse(null);
    }

    Optional<String> location() {
      return isRedirect() ? location : Optional.empty();
    }

    private boolean isRedirect() {
      return status >= REDIRECTS && status < FIRST_ERROR && location.isPresent();
    }

    @Override
    public void bytes(byte[] piece) throws IOException {
      if (isRedirect() || status >= FIRST_ERROR) {
        return;
      }
      try {
        out.write(piece);
      } catch (IOException e) {
        throw new CommandFailure(ExitCode.REFUSED, "the page can't be written: " + e.getMessage());
      }
      bytes += piece.length;
      if (progress != null && file != null) {
        progress.reached((int) Math.min(bytes / KIB, Integer.MAX_VALUE));
      }
    }

    @Override
    public void close() {
      if (progress != null) {
        progress.close();
      }
    }
  }
}
