package org.wormholes.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `wormholes new-identity`.
@Command(
    name = "new-identity",
    mixinStandardHelpOptions = true,
    description = {
      "Have new flows through Tor share no circuit with those before.",
      "Flows that are open stay as they are."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "4:no engine answers", "6:there is no such gateway"})
final class NewIdentityCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Parameters(
      arity = "0..1",
      paramLabel = "GATEWAY",
      description = "A tor block of the ruleset that runs; all of them unless named.")
  private @Nullable String gateway;

  @Override
  public Integer call() {
    reporting.print(
        engine.session().newIdentity(Optional.ofNullable(gateway)),
        done -> List.of("new identity: " + Clean.line(String.join(", ", done.gateways()), 200)));
    return ExitCode.OK;
  }
}
