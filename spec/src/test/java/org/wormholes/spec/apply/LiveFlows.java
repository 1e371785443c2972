package org.wormholes.spec.apply;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.wormholes.spec.Socks;

/// Conversations that never pause: each sends random bytes and wants to hear the same back.
final class LiveFlows implements AutoCloseable {
  private static final int BLOCK = 512;

  /// Handshakes at a time, since this machine is also the network.
  private static final int TOGETHER = 32;

  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
  private final Queue<String> broken = new ConcurrentLinkedQueue<>();
  private final List<Future<?>> running = new ArrayList<>();
  private final AtomicIntegerArray rounds;
  private final Semaphore answers = new Semaphore(0);
  private volatile boolean over;

  private LiveFlows(int flows) {
    this.rounds = new AtomicIntegerArray(flows);
  }

  /// Begins so many flows through SOCKS ports, turn by turn, and waits until each has heard its
  /// first answer.
  static LiveFlows begin(int flows, int users, List<Integer> socksPorts, int port)
      throws InterruptedException {
    LiveFlows live = new LiveFlows(flows);
    Semaphore turns = new Semaphore(TOGETHER);
    CountDownLatch begun = new CountDownLatch(flows);
    for (int i = 0; i < flows; i++) {
      int number = i;
      int socks = socksPorts.get(i % socksPorts.size());
      live.running.add(
          live.threads.submit(() -> live.talk(number, users, socks, port, turns, begun)));
    }
    if (!begun.await(90, TimeUnit.SECONDS)) {
      throw new AssertionError(begun.getCount() + " flows never began: " + live.broken);
    }
    return live;
  }

  private void talk(
      int number, int users, int socks, int port, Semaphore turns, CountDownLatch begun) {
    try (Socket socket = connect(number, users, socks, port, turns)) {
      Random random = new Random(number);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] said = new byte[BLOCK];
      byte[] heard = new byte[BLOCK];
      while (!over) {
        random.nextBytes(said);
        socket.getOutputStream().write(said);
        in.readFully(heard);
        if (!Arrays.equals(said, heard)) {
          throw new IOException("heard something else");
        }
        begun.countDown();
        rounds.incrementAndGet(number);
        answers.release();
      }
      socket.shutdownOutput();
      if (in.read() >= 0) {
        throw new IOException("heard more than was said");
      }
    } catch (IOException | InterruptedException e) {
      broken.add("flow " + number + ": " + e);
      begun.countDown();
      answers.release();
    }
  }

  private static Socket connect(int number, int users, int socks, int port, Semaphore turns)
      throws IOException, InterruptedException {
    turns.acquire();
    try {
      return Socks.connect(socks, "127.0.0.1", port, "user" + number % users);
    } finally {
      turns.release();
    }
  }

  /// Waits until every flow has heard so many more answers, or one is broken.
  void awaitRounds(int more) throws InterruptedException, TimeoutException {
    int[] wanted = new int[rounds.length()];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = rounds.get(i) + more;
    }
    for (int i = 0; i < wanted.length && broken.isEmpty(); i++) {
      while (rounds.get(i) < wanted[i] && broken.isEmpty()) {
        answers.drainPermits();
        if (rounds.get(i) < wanted[i] && !answers.tryAcquire(60, TimeUnit.SECONDS)) {
          throw new TimeoutException("no flow has heard anything for a minute");
        }
      }
    }
  }

  /// Ends all flows in good order.
  ///
  /// @return what went wrong with any of them
  List<String> end() throws Exception {
    over = true;
    for (Future<?> each : running) {
      each.get(60, TimeUnit.SECONDS);
    }
    return List.copyOf(broken);
  }

  @Override
  public void close() {
    over = true;
    threads.shutdownNow();
  }
}
