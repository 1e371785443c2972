package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.protocol.onion.Rehearsal;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.NameServer;
import org.wormholes.rules.Network;
import org.wormholes.rules.Resolve;
import org.wormholes.runtime.facts.Countries;
import org.wormholes.transport.socket.NettyOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `wormholesd`: the engine, in the foreground.
@Command(
    name = "daemon",
    mixinStandardHelpOptions = true,
    description = {
      "Run the engine in the foreground (the program wormholesd).",
      "Prints one line that begins with 'ready' on standard output once it is; log lines go to"
          + " standard error."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it was asked to end, and did",
      "2:the command line was wrong",
      "6:the state folder is in use, or an address cannot be bound"
    })
final class DaemonCommand implements Callable<Integer> {
  private static final Pattern CARRIER_OPTION = Pattern.compile("([a-z0-9-]+)\\.([a-z-]+)=(.+)");

  /// What follows the carrier is in that carrier's own notation.
  private static final Pattern ADDRESS = Pattern.compile("(?:([a-z0-9-]{1,16})=)?([!-~]{1,255})");

  /// What a node does for others.
  enum RoleName {
    CLIENT,
    RELAY,
    GUARD,
    EXIT
  }

  private static final Logger LOG = LoggerFactory.getLogger(DaemonCommand.class);

  @Spec private CommandSpec command;
  @Mixin private EngineOption control;

  @Option(
      names = "--state",
      paramLabel = "FOLDER",
      description = "What is kept between runs (default: $XDG_STATE_HOME/wormholes).")
  private @Nullable Path state;

  @Option(
      names = "--role",
      split = ",",
      paramLabel = "ROLE",
      description = "What to do for others: client (nothing, the default), relay, guard, exit.")
  private List<RoleName> roles = List.of(RoleName.CLIENT);

  @Option(
      names = "--listen",
      paramLabel = "[CARRIER=]HOST:PORT",
      description =
          "Where other nodes reach this one (carrier tcp unless named; port 0 is any free one).")
  private List<String> listen = List.of();

  @Option(
      names = "--announce",
      paramLabel = "[CARRIER=]HOST:PORT",
      description = "The address to tell others, where it differs from the one listened on.")
  private List<String> announce = List.of();

  @Option(
      names = "--carrier",
      paramLabel = "CARRIER.OPTION=VALUE",
      description =
          "How a carrier is to be: tls.certificate=FILE with tls.key=FILE (PEM; else it makes its"
              + " own), tls.name=NAME in its own one, tls.pin=SHA256 of a key that must answer,"
              + " tls.engine=boringssl or jdk; the same for websocket;"
              + " certificate, key, name and pin of quic likewise; and certificate, key and name of"
              + " dns, for entries that take names over TLS or HTTPS.")
  private List<String> carrierOptions = List.of();

  @Option(
      names = "--carrier-jar",
      paramLabel = "FILE",
      description =
          "A jar with a carrier of others, which runs with all the rights of the engine. May be"
              + " given more than once.")
  private List<Path> carrierJars = List.of();

  @Option(
      names = "--io",
      paramLabel = "INTERFACE",
      description =
          "What tells of ready sockets: epoll, io_uring, kqueue or nio (default: the first of these"
              + " that works here).")
  private @Nullable String io;

  @Option(
      names = "--loops",
      paramLabel = "NUMBER",
      description = "Event loops, a thread each (default: one for two cores, at least one).")
  private @Nullable Integer loops;

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "A network to belong to before any ruleset names one; open to anyone.")
  private @Nullable String network;

  @Option(
      names = "--bootstrap",
      paramLabel = "URL",
      description = "First contact in that network: wormhole://ADDRESS@[CARRIER+]HOST:PORT.")
  private List<String> bootstraps = List.of();

  @Option(names = "--operator", description = "Who runs this node, told to others.")
  private String operator = "";

  @Option(names = "--family", description = "A word that nodes of one hand share, told to others.")
  private String family = "";

  @Option(names = "--country", description = "Two letters, told to others.")
  private String country = "";

  @Option(
      names = "--bandwidth",
      paramLabel = "BYTES",
      description = "Bytes a second to offer, told to others.")
  private long bandwidth = 10_000_000;

  @Option(
      names = "--memory",
      paramLabel = "BYTES",
      description = "Most bytes to hold in buffers (default: 256 MiB).")
  private long memory = EngineHost.DEFAULT_MEMORY;

  @Option(
      names = "--exit-to-private",
      description =
          "As an exit, also reach this machine and its private networks. For tests only: it opens"
              + " them to everyone in the network.")
  private boolean exitToPrivate;

  @Option(
      names = "--resolve",
      split = ",",
      paramLabel = "ADDRESS:PORT",
      description = "As an exit, ask these name servers (default: whatever the system uses).")
  private List<String> resolvers = List.of();

  @Option(
      names = "--country-data",
      paramLabel = "FILE",
      description =
          "Where addresses lie, for rules that ask: a MaxMind database (.mmdb), Tor's geoip text or"
              + " a table (default: that of 'wormholes country-data', or what tor-geoipdb"
              + " installed).")
  private List<Path> countryData = List.of();

  @Option(
      names = "--rehearse",
      paramLabel = "SETUPS",
      defaultValue = "1500",
      description =
          "Circuits a relay builds with itself when it starts, so that its first ones are as fast"
              + " as later ones: ${DEFAULT-VALUE}.")
  private int rehearse;

  @Option(
      names = "--ready-file",
      paramLabel = "FILE",
      description = "Also write the ready line there.")
  private @Nullable Path readyFile;

  @Option(
      names = "--until-input-ends",
      hidden = true,
      description = "End when standard input does.")
  private boolean untilInputEnds;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Countries countries = countries();
    try (EngineHost host = EngineHost.start(settings())) {
      host.countries(countries);
      String ready = EngineLauncher.READY + host.describe();
      if (readyFile != null) {
        DevnetCommand.writeWhole(readyFile, ready + "\n");
      }
      command.commandLine().getOut().println(ready);
      command.commandLine().getOut().flush();
      if (roles.contains(RoleName.RELAY)) {
        Thread.ofPlatform().daemon().name("wormholes-rehearsal").start(this::rehearse);
      }
      if (untilInputEnds) {
        Thread.ofPlatform().daemon().start(() -> DevnetCommand.awaitEndOfInput(host::stop));
      }
      host.awaitStop();
    }
    return ExitCode.OK;
  }

  private void rehearse() {
    try {
      Rehearsal.play(rehearse, new SecureRandom()::nextBytes);
    } catch (WireException e) {
      throw new IllegalStateException("a set-up between our own relays failed", e);
    }
  }

  private Countries countries() {
    try {
      return Countries.read(countryData.isEmpty() ? Locations.countryData() : countryData);
    } catch (IOException e) {
      if (!countryData.isEmpty()) {
        throw wrong("cannot use --country-data: " + e.getMessage());
      }
      LOG.warn("countries of addresses are not known: {}", e.getMessage());
      return Countries.NONE;
    }
  }

  /// How the options say the engine should be.
  EngineHost.Settings settings() {
    Path folder = state == null ? Locations.state() : state;
    Set<RoleName> wanted = new LinkedHashSet<>(roles);
    wanted.remove(RoleName.CLIENT);
    if (!wanted.isEmpty() && listen.isEmpty()) {
      throw wrong("a node that serves others must --listen somewhere");
    }
    Map<String, String> told = addresses(announce);
    if (!addresses(listen).keySet().containsAll(told.keySet())) {
      throw wrong("--announce names a carrier that nothing listens on, see --listen");
    }
    if (!wanted.isEmpty() && listen.size() > 1 && told.isEmpty()) {
      throw wrong(
          "several carriers are listened on: say with --announce which of them others are told of"
              + " (whoever reads one address then knows it belongs to the others)");
    }
    return new EngineHost.Settings(
        folder,
        control.socket(),
        wanted,
        addresses(listen),
        told,
        carrierOptions(),
        carrierJars,
        sockets(),
        networks(),
        operator,
        family,
        country.toUpperCase(Locale.ROOT),
        bandwidth,
        memory,
        exitToPrivate,
        resolve());
  }

  private NettyOptions sockets() {
    String option = "";
    try {
      NettyOptions sockets = NettyOptions.defaults();
      if (io != null) {
        option = "--io: ";
        sockets = sockets.withPolling(NettyOptions.Polling.named(io.toLowerCase(Locale.ROOT)));
      }
      if (loops != null) {
        option = "--loops: ";
        sockets = sockets.withLoops(loops);
      }
      return sockets;
    } catch (IllegalArgumentException e) {
      throw wrong(option + e.getMessage());
    }
  }

  private Resolve resolve() {
    try {
      return resolvers.isEmpty()
          ? new Resolve.BySystem()
          : new Resolve.ByServers(
              resolvers.stream()
                  .map(text -> NameServer.parse(text).map(NameServer::toString).orElse(text))
                  .toList());
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private List<Network> networks() {
    if (network == null) {
      if (!bootstraps.isEmpty()) {
        throw wrong("--bootstrap needs --network");
      }
      return List.of();
    }
    try {
      return List.of(new Network(network, true, bootstraps));
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private Map<String, String> addresses(List<String> given) {
    Map<String, String> addresses = new LinkedHashMap<>();
    for (String each : given) {
      Matcher parts = ADDRESS.matcher(each);
      String carrier =
          parts.matches() ? Objects.requireNonNullElse(parts.group(1), NodeUri.USUAL_CARRIER) : "";
      if (carrier.isEmpty() || addresses.put(carrier, parts.group(2)) != null) {
        throw wrong("an address must be [CARRIER=]HOST:PORT, one for each carrier, was " + each);
      }
    }
    return addresses;
  }

  private Map<String, Map<String, String>> carrierOptions() {
    Map<String, Map<String, String>> options = new LinkedHashMap<>();
    for (String each : carrierOptions) {
      Matcher parts = CARRIER_OPTION.matcher(each);
      if (!parts.matches()) {
        throw wrong("an option of a carrier must be CARRIER.OPTION=VALUE, was " + each);
      }
      options
          .computeIfAbsent(parts.group(1), carrier -> new LinkedHashMap<>())
          .put(parts.group(2), parts.group(3));
    }
    return options;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
