package org.wormholes.runtime;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Outside;
import org.wormholes.runtime.spi.Transport;

/// A machine without a network: ports open and hear nothing, whatever is asked to leave it directly
/// is counted and goes nowhere, and what is put off never comes. Its one loop runs on whoever
/// calls.
final class InlineTransport implements Transport {
  /// How often something tried to leave this machine without a tunnel.
  final AtomicLong left = new AtomicLong();

  private final InlineLoop loop = new InlineLoop();

  @Override
  public List<Loop> loops() {
    return List.of(loop);
  }

  @Override
  public List<Carrier> carriers() {
    return List.of();
  }

  @Override
  public Outside outside() {
    return new Outside() {
      @Override
      public void connect(
          Loop on, InetSocketAddress address, Duration timeout, DialListener listener) {
        left.incrementAndGet();
      }

      @Override
      public Datagrams datagrams(Loop on, DatagramListener listener) {
        throw new UnsupportedOperationException("no datagrams leave here");
      }

      @Override
      public void resolve(
          Loop on, String host, int family, List<String> servers, ResolveListener listener) {
        left.incrementAndGet();
      }
    };
  }

  @Override
  public CompletionStage<Listener> listen(EntrySpec entry, FlowAcceptor acceptor) {
    return CompletableFuture.completedStage(
        new Listener() {
          @Override
          public String address() {
            return entry.host() + ":" + entry.port();
          }

          @Override
          public CompletionStage<Void> close() {
            return CompletableFuture.completedStage(null);
          }
        });
  }

  @Override
  public ConnectionPair pair(Loop on) {
    throw new UnsupportedOperationException("no connections here");
  }

  @Override
  public void close() {}

  /// Runs what it is given at once, or after what it is at.
  private static final class InlineLoop implements Loop {
    private final ReentrantLock running = new ReentrantLock();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    @Override
    public int index() {
      return 0;
    }

    @Override
    public boolean inLoop() {
      return running.isHeldByCurrentThread();
    }

    @Override
    public long nanoTime() {
      return 1_000_000_000L;
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
      return () -> {};
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
      while (!tasks.isEmpty() && !running.isHeldByCurrentThread() && running.tryLock()) {
        try {
          Runnable next = tasks.poll();
          while (next != null) {
            next.run();
            next = tasks.poll();
          }
        } finally {
          running.unlock();
        }
      }
    }
  }
}
