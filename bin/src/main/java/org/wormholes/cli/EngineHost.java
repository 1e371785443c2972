package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.rules.Exit;
import org.wormholes.rules.Network;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFile;
import org.wormholes.rules.codec.RuleFormatException;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NetworkStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.facts.Countries;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.store.HistoryEntry;
import org.wormholes.runtime.store.StateFolder;
import org.wormholes.runtime.store.StateInUseException;
import org.wormholes.transport.CarrierSettings;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.control.ControlServer;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.socket.NettyOptions;

/// An engine with all that makes it a daemon: a state folder, a transport, a control socket, the
/// ruleset of its last run.
final class EngineHost implements AutoCloseable {
  static final long DEFAULT_MEMORY = NodeSettings.DEFAULT_MEMORY;

  private static final Logger LOG = LoggerFactory.getLogger(EngineHost.class);
  private static final int STOP_SECONDS = 10;

  /// How a daemon was asked to be.
  record Settings(
      Path state,
      Path control,
      Set<DaemonCommand.RoleName> roles,
      Map<String, String> listen,
      Map<String, String> announce,
      Map<String, Map<String, String>> carrierOptions,
      List<Path> carrierJars,
      NettyOptions sockets,
      List<Network> networks,
      String operator,
      String family,
      String country,
      long bandwidth,
      long memory,
      boolean exitToPrivate,
      Resolve resolve) {}

  private final StateFolder state;
  private final NettyTransport transport;
  private final Engine engine;
  private final Path control;
  private final Listener server;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  private EngineHost(StateFolder state, NettyTransport transport, Engine engine, Path control)
      throws IOException {
    this.state = state;
    this.transport = transport;
    this.engine = engine;
    this.control = control;
    ControlApi api =
        new ControlApi(
            engine,
            state.rulesets(),
            Clock.system(ZoneId.systemDefault()),
            this::stop,
            new EngineChecker());
    this.server = opened(ControlServer.open(transport.sockets(), control, api));
  }

  private static Listener opened(CompletionStage<Listener> opening) throws IOException {
    try {
      return opening.toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException refused) {
        throw refused;
      }
      throw e;
    }
  }

  static EngineHost start(Settings settings) throws IOException {
    StateFolder state = openState(settings.state());
    NettyTransport transport = transport(settings, state);
    transport.gatewaysIn(settings.state().resolve("gateways"));
    try {
      checkContacts(settings, transport);
      Engine engine =
          Engine.start(
              node(settings, state), transport, GuardStore.in(state), NetworkStore.in(state));
      EngineHost host = open(state, transport, engine, settings.control());
      host.restore();
      Runtime.getRuntime().addShutdownHook(new Thread(host::stopAndWait, "stop"));
      return host;
    } catch (IOException e) {
      transport.close();
      state.close();
      throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()));
    }
  }

  private static NettyTransport transport(Settings settings, StateFolder state) throws IOException {
    try {
      return NettyTransport.open(
          settings.sockets(),
          EntryLimits.defaults(),
          new CarrierSettings(
              Optional.of(settings.state().resolve("carriers")),
              settings.carrierOptions(),
              settings.carrierJars()));
    } catch (IllegalArgumentException e) {
      state.close();
      throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()));
    }
  }

  /// A first contact that was named for this very node is of a carrier that it has; one in a
  /// ruleset, which is for others too, need not be.
  private static void checkContacts(Settings settings, NettyTransport transport)
      throws IOException {
    List<String> carriers = transport.carriers().stream().map(Carrier::name).toList();
    for (Network network : settings.networks()) {
      for (String contact : network.bootstraps()) {
        String carrier = Network.carrierOf(contact);
        if (!carriers.contains(carrier)) {
          throw new IOException(
              "could not use --bootstrap %s: there is no carrier %s, there are %s"
                  .formatted(contact, carrier, String.join(", ", carriers)));
        }
      }
    }
  }

  private static EngineHost open(
      StateFolder state, NettyTransport transport, Engine engine, Path control) throws IOException {
    try {
      return new EngineHost(state, transport, engine, control);
    } catch (IOException e) {
      engine.close();
      throw e;
    }
  }

  private static StateFolder openState(Path folder) throws IOException {
    try {
      StateFolder state = StateFolder.open(folder);
      for (String name : state.recovered()) {
        LOG.warn("state file {} was damaged; its previous version is used", name);
      }
      return state;
    } catch (StateInUseException e) {
      throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()));
    }
  }

  private static NodeSettings node(Settings settings, StateFolder state) throws IOException {
    Set<NodeRole> roles = roles(settings.roles());
    NodeSettings node =
        new NodeSettings(
            state.nodeKeyOrNew(new SecureRandom()::nextBytes),
            settings.networks(),
            roles,
            settings.listen(),
            settings.announce(),
            settings.operator(),
            settings.family(),
            settings.country(),
            settings.bandwidth(),
            roles.contains(NodeRole.EXIT) ? Optional.of(exit(settings)) : Optional.empty(),
            settings.memory());
    return node.withServiceKeys(state.serviceKeys());
  }

  private static Exit exit(Settings settings) {
    Exit reachable = settings.exitToPrivate() ? ExitRules.ANYWHERE_REACHABLE : Exit.DEFAULT;
    return new Exit(reachable.clauses(), settings.resolve());
  }

  /// Guards and exits are relays too: without that no path could lead over them.
  private static Set<NodeRole> roles(Set<DaemonCommand.RoleName> wanted) {
    Set<NodeRole> roles = EnumSet.noneOf(NodeRole.class);
    for (DaemonCommand.RoleName each : wanted) {
      switch (each) {
        case CLIENT -> {}
        case RELAY -> roles.add(NodeRole.RELAY);
        case GUARD -> roles.addAll(Set.of(NodeRole.RELAY, NodeRole.GUARD));
        case EXIT -> roles.addAll(Set.of(NodeRole.RELAY, NodeRole.EXIT));
      }
    }
    return roles;
  }

  /// Runs what ran last. A ruleset that cannot run any more does not keep the engine from starting:
  /// nothing runs then, and a person is told.
  private void restore() throws IOException {
    state
        .rulesets()
        .recover()
        .ifPresent(it ->
            LOG.warn(
                "the last engine ended while it applied {} {}: {}",
                it.name(),
                it.version(),
                it.outcome() == HistoryEntry.Outcome.APPLIED
                    ? "it runs now"
                    : "what ran before runs now"));
    long began = System.nanoTime();
    Optional<byte[]> envelope = state.rulesets().current();
    if (envelope.isEmpty()) {
      return;
    }
    try {
      RuleFile rules = RuleCodec.decodeKept(envelope.get());
      long read = System.nanoTime();
      engine.apply(rules).toCompletableFuture().join();
      LOG.info(
          "{} {} runs again: {} routes, read in {} ms, applied in {} ms",
          rules.ruleset().name(),
          rules.ruleset().version(),
          rules.ruleset().routes().size(),
          Duration.ofNanos(read - began).toMillis(),
          Duration.ofNanos(System.nanoTime() - read).toMillis());
    } catch (RuleFormatException e) {
      LOG.warn("the ruleset of the last run is not understood: {}", e.getMessage());
    } catch (CompletionException e) {
      String why = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
      LOG.warn("the ruleset of the last run is not applied: {}", why);
    }
  }

  /// Who and where it is: its `wormhole://` addresses, or its bare one, and its control socket.
  String describe() {
    StringBuilder text = new StringBuilder();
    String name = "wormhole://" + engine.id().address();
    List<String> addresses = engine.addresses().stream().map(NodeUri::format).toList();
    text.append(addresses.isEmpty() ? name : String.join(" ", addresses));
    return text.append(" control ").append(control).toString();
  }

  /// Where addresses lie, from now on.
  void countries(Countries countries) {
    engine.countries(countries);
  }

  /// Asks it to end; returns at once.
  void stop() {
    stopping.countDown();
  }

  void awaitStop() throws InterruptedException {
    stopping.await();
  }

  private void stopAndWait() {
    stop();
    try {
      if (!closed.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("ending without having closed everything");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      engine.stop().toCompletableFuture().get(STOP_SECONDS / 2, TimeUnit.SECONDS);
      server.close().toCompletableFuture().get(1, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the engine did not end cleanly", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      transport.close();
      state.close();
      closed.countDown();
    }
  }
}
