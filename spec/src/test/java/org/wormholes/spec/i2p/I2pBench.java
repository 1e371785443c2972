package org.wormholes.spec.i2p;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.wormholes.spec.lab.I2pLab;

/// What the carrier over I2P costs beside SAM as it is: the same bytes through the same router, by
/// a stream of SAM and by a tunnel whose one link is such a stream. Run by `spec/bench/i2p.sh`.
public final class I2pBench {
  private static final int BYTES = 16_000_000;
  private static final int SAMPLES = 5;

  private I2pBench() {}

  public static void main(String... arguments) throws Exception {
    System.out.println("one i2pd, tunnels without hops; a session takes it 20 to 40 s");
    byte[] page = new byte[BYTES];
    try (I2pLab lab = I2pLab.open();
        RawSam here = new RawSam(lab.router().sam(), "here", I2pLab.ALONE);
        RawSam there = new RawSam(lab.router().sam(), "there", I2pLab.ALONE);
        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        TwoNodes nodes = new TwoNodes(lab)) {
      Thread.ofPlatform().daemon().name("page").start(() -> I2pLinkTest.serve(server, page));
      String destination = there.destination();
      List<Double> raw = new ArrayList<>();
      List<Double> ours = new ArrayList<>();
      // The first of each is not counted.
      for (int i = 0; i <= SAMPLES; i++) {
        raw.add(rate(() -> raw(here, there, destination, page)));
        ours.add(rate(() -> nodes.fetch(server.getLocalPort()).length));
      }
      double least = median(raw);
      double with = median(ours);
      System.out.printf("a stream of SAM            %6.2f MB/s%n", least);
      System.out.printf("a tunnel over carrier i2p  %6.2f MB/s%n", with);
      boolean met = with >= 0.8 * least;
      System.out.printf(
          "%s  at least 0.8 x a stream of SAM: %.2f%n", met ? "met    " : "NOT MET", with / least);
    }
  }

  private interface Transfer {
    int bytes() throws IOException;
  }

  /// In MB a second.
  private static double rate(Transfer transfer) throws IOException {
    long began = System.nanoTime();
    int bytes = transfer.bytes();
    if (bytes != BYTES) {
      throw new IOException("only " + bytes + " bytes came");
    }
    return bytes * 1e3 / (System.nanoTime() - began);
  }

  private static int raw(RawSam from, RawSam to, String destination, byte[] page)
      throws IOException {
    Thread sender =
        Thread.ofPlatform()
            .daemon()
            .name("sender")
            .start(() -> {
              try (Socket stream = to.accept();
                  OutputStream out = stream.getOutputStream()) {
                int _ = stream.getInputStream().read();
                out.write(page);
              } catch (IOException gone) {
                // The receiver misses bytes, and says so.
              }
            });
    try (Socket stream = from.connect(destination);
        InputStream in = stream.getInputStream()) {
      stream.getOutputStream().write(1);
      int count = in.readNBytes(BYTES).length;
      sender.join();
      return count;
    } catch (InterruptedException stopped) {
      throw new IOException(stopped);
    }
  }

  private static double median(List<Double> all) {
    List<Double> counted = new ArrayList<>(all.subList(1, all.size()));
    Collections.sort(counted);
    return counted.get(counted.size() / 2);
  }
}
