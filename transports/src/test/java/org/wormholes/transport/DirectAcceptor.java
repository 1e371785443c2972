package org.wormholes.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.EntrySpec.Target;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Outside;
import org.wormholes.runtime.spi.Transport;

/// Stands for the engine in tests: dials every destination itself and splices the two connections.
/// Names that end in `.test` mean loopback; `refused.test` and its like are refused by name.
final class DirectAcceptor implements FlowAcceptor {
  final List<FlowRequest> requests = new CopyOnWriteArrayList<>();
  final AtomicInteger gone = new AtomicInteger();
  final AtomicInteger open = new AtomicInteger();
  final AtomicInteger datagramsClosed = new AtomicInteger();
  private final Transport transport;

  DirectAcceptor(Transport transport) {
    this.transport = transport;
  }

  @Override
  public void open(FlowRequest request, PendingFlow flow) {
    requests.add(request);
    Optional<Refusal> refusal = refusal(request.target().host());
    if (refusal.isPresent()) {
      flow.refuse(refusal.get());
      return;
    }
    flow.onGone(gone::incrementAndGet);
    if (request.target().host().equals("never.test")) {
      return;
    }
    transport
        .outside()
        .connect(flow.loop(), address(request.target()), Duration.ofSeconds(5), new Splice(flow));
  }

  private static Optional<Refusal> refusal(String host) {
    for (Refusal each : Refusal.values()) {
      if (host.equals(each.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-') + ".test")) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  private static InetSocketAddress address(Target target) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), target.port());
  }

  @Override
  public DatagramHandler associate(FlowRequest request, DatagramPort port) {
    requests.add(request);
    Outside.Datagrams[] socket = new Outside.Datagrams[1];
    socket[0] =
        transport
            .outside()
            .datagrams(
                port.loop(),
                (from, data) -> {
                  byte[] bytes = new byte[data.remaining()];
                  data.get(bytes);
                  port.send(
                      new Target(from.getAddress().getHostAddress(), from.getPort()),
                      bytes,
                      0,
                      bytes.length);
                });
    return new DatagramHandler() {
      @Override
      public void onDatagram(Target to, ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        socket[0].send(address(to), bytes, 0, bytes.length);
        socket[0].flush();
      }

      @Override
      public void onClosed() {
        datagramsClosed.incrementAndGet();
        socket[0].close();
      }
    };
  }

  private final class Splice implements DialListener {
    private final PendingFlow flow;

    Splice(PendingFlow flow) {
      this.flow = flow;
    }

    @Override
    public void onConnected(Connection outside) {
      open.incrementAndGet();
      Half in = new Half(outside);
      Connection application = flow.accept(in);
      Half out = new Half(application);
      in.source = application;
      out.source = outside;
      outside.handler(out);
      application.reading(true);
      outside.reading(true);
    }

    @Override
    public void onFailed(DialFailure failure) {
      flow.refuse(
          switch (failure) {
            case REFUSED -> Refusal.CONNECTION_REFUSED;
            case TIMED_OUT -> Refusal.TIMED_OUT;
            case UNREACHABLE -> Refusal.NETWORK_UNREACHABLE;
            case FAILED -> Refusal.GENERAL_FAILURE;
          });
    }
  }

  /// Hears one connection and passes on to the other.
  private static final class Half implements ConnectionHandler {
    private final Connection sink;
    private @Nullable Connection source;
    private byte[] scratch = new byte[0];

    Half(Connection sink) {
      this.sink = sink;
    }

    @Override
    public void onRead(ByteBuffer in) {
      int length = in.remaining();
      if (scratch.length < length) {
        scratch = new byte[length];
      }
      in.get(scratch, 0, length);
      sink.write(scratch, 0, length);
    }

    @Override
    public void onReadComplete() {
      sink.flush();
      if (!sink.writable() && source != null) {
        source.reading(false);
      }
    }

    /// This end takes more again: so the other may read again.
    @Override
    public void onWritable() {
      sink.reading(true);
    }

    @Override
    public void onInputFinished() {
      sink.finish();
    }

    @Override
    public void onClosed(@Nullable String cause) {
      if (cause == null) {
        sink.close();
      } else {
        sink.abort();
      }
    }
  }
}
