package org.wormholes.spec.carriers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Outside;
import org.wormholes.runtime.spi.Transport;

/// A machine whose carrier `i2p` needs no router: its names lead to ports on loopback that only it
/// knows.
final class StandIn implements Transport {
  private final Transport real;
  private final List<Carrier> carriers = new ArrayList<>();

  StandIn(Transport real) {
    this.real = real;
    real.carriers().stream().filter(it -> !it.name().equals("i2p")).forEach(carriers::add);
    Carrier tcp =
        real.carriers().stream().filter(it -> it.name().equals("tcp")).findFirst().orElseThrow();
    carriers.add(new Names(tcp));
  }

  @Override
  public List<Loop> loops() {
    return real.loops();
  }

  @Override
  public List<Carrier> carriers() {
    return List.copyOf(carriers);
  }

  @Override
  public Outside outside() {
    return real.outside();
  }

  @Override
  public CompletionStage<Listener> listen(EntrySpec entry, FlowAcceptor acceptor) {
    return real.listen(entry, acceptor);
  }

  @Override
  public ConnectionPair pair(Loop loop) {
    return real.pair(loop);
  }

  @Override
  public void close() {
    real.close();
  }

  /// Addresses are names, which this side gives to whoever listens: what stands before `@` of the
  /// address to listen on.
  private static final class Names implements Carrier {
    private final Carrier below;
    private final Map<String, String> places = new ConcurrentHashMap<>();

    Names(Carrier below) {
      this.below = below;
    }

    @Override
    public String name() {
      return "i2p";
    }

    @Override
    public Optional<String> addressProblem(String address) {
      return address.endsWith(".b32.i2p") ? Optional.empty() : Optional.of("expected a name");
    }

    @Override
    public void dial(Loop loop, String address, Duration timeout, DialListener listener) {
      below.dial(loop, Objects.requireNonNull(places.get(address)), timeout, listener);
    }

    @Override
    public CompletionStage<Listener> listen(
        List<Loop> loops, String address, Consumer<Connection> accept) {
      String[] parts = address.split("@", 2);
      return below
          .listen(loops, parts[1], accept)
          .thenApply(bound -> {
            places.put(parts[0], bound.address());
            return new Named(bound, parts[0]);
          });
    }
  }

  private record Named(Listener bound, String address) implements Listener {
    @Override
    public CompletionStage<Void> close() {
      return bound.close();
    }
  }
}
