package org.wormholes.cli;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.wormholes.runtime.control.ApplyTerms;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.control.Probe;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// How rules are exchanged: what must work through the new ones, and how long flows of the old ones
/// may go on.
final class TermsOption {
  private static final Pattern TIME = Pattern.compile("([0-9]{1,9}) ?(ms|s|m|min|h|)");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--drain",
      paramLabel = "TIME",
      description =
          "How long flows of removed and changed tunnels may go on before they are cut: 90s, 5m, 0s"
              + " (default: 60s).")
  private String drain = ApplyTerms.DEFAULT_DRAIN.toSeconds() + "s";

  @Option(
      names = "--probe",
      paramLabel = "[TUNNEL=]TARGET",
      description = {
        "A flow that must work through the new rules, or the old ones come back by themselves:",
        "https://HOST/PATH, http://HOST/PATH (an answer below 400) or HOST:PORT (a connection).",
        "TUNNEL: by whose entry it comes in (default: the first). May be given several times."
      })
  private List<String> probes = List.of();

  @Option(
      names = "--probe-timeout",
      paramLabel = "TIME",
      description = "How long each may take; it is tried again until then (default: 15s).")
  private String timeout = Probe.DEFAULT_TIMEOUT.toSeconds() + "s";

  Duration drain() {
    Duration time = time("--drain", drain);
    try {
      return new ApplyTerms(time, List.of(), ApplyTerms.DEFAULT.keeper()).drain();
    } catch (IllegalArgumentException e) {
      throw wrong(e);
    }
  }

  List<ControlApi.ProbeRequest> probes() {
    try {
      return probes.stream()
          .map(text -> Probe.parse(text, time("--probe-timeout", timeout)))
          .map(probe ->
              new ControlApi.ProbeRequest(
                  probe.target(),
                  probe.entry().isEmpty() ? Optional.empty() : Optional.of(probe.entry()),
                  Optional.of(probe.timeout())))
          .toList();
    } catch (IllegalArgumentException e) {
      throw wrong(e);
    }
  }

  /// Finds mistakes before anything is done.
  void check() {
    drain();
    if (probes().size() > Probe.MAX_PROBES) {
      throw new ParameterException(
          command.commandLine(), "at most %d probes".formatted(Probe.MAX_PROBES));
    }
  }

  /// Who is at the keyboard, for the history.
  static String who() {
    return System.getProperty("user.name", "");
  }

  private Duration time(String option, String text) {
    Matcher parts = TIME.matcher(text.strip());
    if (!parts.matches()) {
      throw new ParameterException(
          command.commandLine(),
          "%s must be a time like 90s, 5m or 500ms, was %s".formatted(option, text));
    }
    long number = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "m", "min" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofSeconds(number);
    };
  }

  private ParameterException wrong(IllegalArgumentException e) {
    return new ParameterException(command.commandLine(), String.valueOf(e.getMessage()));
  }
}
