package org.wormholes.transport;

import io.netty.handler.codec.quic.Quic;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.wormholes.rules.Dnssec;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.GatewaySpeaker;
import org.wormholes.runtime.spi.GatewaySpec;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.NameChecker;
import org.wormholes.runtime.spi.Outside;
import org.wormholes.runtime.spi.Transport;
import org.wormholes.runtime.spi.Way;
import org.wormholes.transport.entry.Entries;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.exit.NettyOutside;
import org.wormholes.transport.gateway.MuteSpeaker;
import org.wormholes.transport.gateway.ProxySpeaker;
import org.wormholes.transport.i2p.I2pGateway;
import org.wormholes.transport.names.SignatureChecker;
import org.wormholes.transport.program.Programs;
import org.wormholes.transport.socket.CarrierProvider;
import org.wormholes.transport.socket.ClosableCarrier;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.Pipe;
import org.wormholes.transport.socket.Sockets;
import org.wormholes.transport.tor.TorSettings;
import org.wormholes.transport.tor.TorSpeaker;

/// The machine an engine runs on, through Netty: event loops, carriers, entries and the outside.
public final class NettyTransport implements Transport {
  private final Sockets sockets;
  private final CarrierSettings settings;
  private final CarrierJars jars;
  private final List<Carrier> carriers;
  private final Outside outside;
  private final Entries entries;

  /// Where signatures of names are checked, off the loops; what waits is bounded by the questions
  /// that are open.
  private final ThreadPoolExecutor checks;

  private volatile Path gateways =
      Path.of(System.getProperty("java.io.tmpdir"))
          .resolve("wormholes-" + ProcessHandle.current().pid());

  private NettyTransport(Sockets sockets, EntryLimits limits, CarrierSettings settings) {
    this.sockets = sockets;
    this.settings = settings;
    this.jars = CarrierJars.open(settings.jars());
    this.carriers = carriers(sockets, settings, jars);
    this.outside = new NettyOutside(sockets);
    this.checks =
        new ThreadPoolExecutor(
            1,
            1,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("wormholes-dnssec").factory());
    checks.allowCoreThreadTimeOut(true);
    this.entries = new Entries(sockets, limits, settings.of(CarrierSettings.NAMES));
  }

  /// Starts with [NettyOptions#defaults()].
  public static NettyTransport open() {
    return open(NettyOptions.defaults());
  }

  public static NettyTransport open(NettyOptions options) {
    return open(options, EntryLimits.defaults());
  }

  /// Starts the event loops; nothing listens yet.
  public static NettyTransport open(NettyOptions options, EntryLimits limits) {
    return open(options, limits, CarrierSettings.NONE);
  }

  /// The same with what the operator says about carriers.
  ///
  /// @throws IllegalArgumentException if a carrier does not understand it
  public static NettyTransport open(
      NettyOptions options, EntryLimits limits, CarrierSettings settings) {
    Sockets sockets = Sockets.open(options);
    try {
      return new NettyTransport(sockets, limits, settings);
    } catch (IllegalArgumentException e) {
      sockets.close();
      throw e;
    }
  }

  private static List<Carrier> carriers(
      Sockets sockets, CarrierSettings settings, CarrierJars others) {
    List<CarrierProvider> providers = others.providers();
    List<String> names = providers.stream().map(CarrierProvider::name).toList();
    for (String name : settings.options().keySet()) {
      if (!names.contains(name) && !name.equals(CarrierSettings.NAMES)) {
        throw new IllegalArgumentException(
            "there is no carrier %s, there are %s".formatted(name, String.join(", ", names)));
      }
    }
    return providers.stream()
        .map(provider -> provider.create(sockets, settings.of(provider.name())))
        .toList();
  }

  /// Whether there is a QUIC library for this machine: where there is none, the carrier `quic`
  /// neither dials nor listens.
  public static boolean hasQuic() {
    return Quic.isAvailable();
  }

  /// The sockets below, for those who need more than the engine does, such as the control server.
  public Sockets sockets() {
    return sockets;
  }

  @Override
  public List<Loop> loops() {
    return List.copyOf(sockets.loops());
  }

  @Override
  public List<Carrier> carriers() {
    return carriers;
  }

  @Override
  public Outside outside() {
    return outside;
  }

  @Override
  public CompletionStage<Listener> listen(EntrySpec entry, FlowAcceptor acceptor) {
    return entries.listen(entry, acceptor);
  }

  @Override
  public ConnectionPair pair(Loop loop) {
    return Pipe.between(sockets.loop(loop), sockets.options());
  }

  @Override
  public NameChecker checker(Dnssec dnssec) {
    return new SignatureChecker(dnssec, checks, Clock.systemUTC());
  }

  @Override
  public GatewaySpeaker gateway(GatewaySpec spec, Way way, Consumer<GatewaySpeaker.State> changed) {
    return switch (spec.kind()) {
      case SOCKS, HTTP -> new ProxySpeaker(spec, way);
      case TOR -> tor(spec, way, changed);
      case I2P ->
          spec.isLed()
              ? new MuteSpeaker("an I2P router can't be led through anything else")
              : new I2pGateway(
                  sockets,
                  spec,
                  I2pGateway.Options.of(settings.of("i2p"), gateways.resolve(spec.name())),
                  changed);
    };
  }

  private GatewaySpeaker tor(GatewaySpec spec, Way way, Consumer<GatewaySpeaker.State> changed) {
    try {
      return new TorSpeaker(
          spec,
          way,
          sockets,
          entries,
          gateways.resolve(spec.name()),
          TorSettings.of(settings.of("tor")).lines(),
          Programs.usualPath(),
          changed);
    } catch (IllegalArgumentException e) {
      return new MuteSpeaker(String.valueOf(e.getMessage()));
    }
  }

  /// Says where programs of gateways keep what they know; otherwise it is a folder beside the
  /// temporary files, which the next run does not find.
  public void gatewaysIn(Path folder) {
    gateways = folder;
  }

  @Override
  public void close() {
    for (Carrier carrier : carriers) {
      if (carrier instanceof ClosableCarrier closable) {
        closable.close();
      }
    }
    sockets.close();
    checks.shutdown();
    jars.close();
  }
}
