package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.control.InvitationView;
import org.wormholes.runtime.control.NetworkApi;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes invite`.
@Command(
    name = "invite",
    mixinStandardHelpOptions = true,
    description = {
      "Invite one guest to a network that is open to invited nodes.",
      "Whoever knows the code or the uri first becomes a member, so tell it to nobody else."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:invited", "4:no engine answers", "6:this node may not"})
final class InviteCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Parameters(paramLabel = "NETWORK", description = "Its name, or its id.")
  private String network;

  @Option(
      names = "--role",
      split = ",",
      paramLabel = "ROLE",
      description = "What the guest may do, as its certificate says.")
  private List<String> roles = List.of();

  @Option(
      names = "--reach",
      paramLabel = "STEPS",
      defaultValue = "0",
      description =
          "How many steps others may be admitted below the guest: 0 (it admits nobody) to 3.")
  private int reach;

  @Option(
      names = "--hours",
      paramLabel = "HOURS",
      defaultValue = "24",
      description = "How long the invitation is good: ${DEFAULT-VALUE}, at most 168.")
  private int hours;

  @Option(
      names = "--life",
      paramLabel = "DAYS",
      defaultValue = "90",
      description = "How long the certificate is good before it is renewed: ${DEFAULT-VALUE} days.")
  private int days;

  @Option(names = "--qr", description = "Show the uri as a picture to scan, too.")
  private boolean picture;

  @Option(names = "--png", paramLabel = "FILE", description = "Write that picture to a file.")
  private @Nullable Path png;

  @Override
  public Integer call() throws IOException {
    InvitationView invitation =
        engine
            .session()
            .invite(
                new NetworkApi.InviteRequest(
                    network,
                    roles,
                    Optional.of(reach),
                    Optional.of(Duration.ofDays(days)),
                    Optional.of(Duration.ofHours(hours))));
    if ((picture || png != null) && invitation.uris().isEmpty()) {
      throw new CommandFailure(
          ExitCode.REFUSED, "this node listens nowhere, so there is no uri to show; tell the code");
    }
    if (png != null) {
      QrPicture.of(invitation.uris().getFirst()).write(png);
    }
    Optional<List<String>> lines =
        picture
            ? Optional.of(QrPicture.of(invitation.uris().getFirst()).lines())
            : Optional.empty();
    reporting.print(invitation, told -> NetworkText.invitation(told, lines));
    return ExitCode.OK;
  }
}
