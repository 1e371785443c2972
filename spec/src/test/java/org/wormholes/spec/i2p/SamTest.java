package org.wormholes.spec.i2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.I2pLab;
import org.wormholes.spec.lab.Ports;
import org.wormholes.transport.embed.ChannelBridge;
import org.wormholes.transport.i2p.I2pName;
import org.wormholes.transport.i2p.RouterLauncher;
import org.wormholes.transport.i2p.SamException;
import org.wormholes.transport.i2p.SamSession;
import org.wormholes.transport.i2p.StreamAcceptor;

/// Our side of SAM against a real router.
@Timeout(120)
@ExtendWith(I2pLab.Extension.class)
class SamTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String NOBODY = "a".repeat(52) + ".b32.i2p";

  private static Connection connect(I2pLab lab, String name) throws Exception {
    return connect(lab, lab.client(), name);
  }

  private static Connection connect(I2pLab lab, SamSession from, String name) throws Exception {
    CompletableFuture<Connection> done = new CompletableFuture<>();
    from.connect(
        lab.sockets().loops().getLast(),
        new I2pName(name),
        LIMIT,
        new SamSession.StreamListener() {
          @Override
          public void onConnected(Connection stream) {
            done.complete(stream);
          }

          @Override
          public void onFailed(SamException why) {
            done.completeExceptionally(why);
          }
        });
    return done.get(LIMIT.toSeconds() + 5, TimeUnit.SECONDS);
  }

  @Test
  void carriesBytesBothWays(I2pLab lab) throws Exception {
    byte[] sent = new byte[1 << 20];
    new Random(7).nextBytes(sent);
    try (ChannelBridge stream = ChannelBridge.over(connect(lab, lab.echo().status().name()))) {
      Thread writer = Thread.ofVirtual().start(() -> write(stream, sent));
      ByteBuffer heard = ByteBuffer.allocate(sent.length);
      while (heard.hasRemaining() && stream.read(heard) >= 0) {
        assertThat(heard.position()).isPositive();
      }
      writer.join();
      assertThat(heard.flip()).isEqualTo(ByteBuffer.wrap(sent));
    }
  }

  private static void write(ChannelBridge stream, byte[] bytes) {
    try {
      var _ = stream.write(ByteBuffer.wrap(bytes));
    } catch (IOException gone) {
      throw new AssertionError(gone);
    }
  }

  @Test
  void saysThatNobodyHasThatName(I2pLab lab) {
    assertThatThrownBy(() -> connect(lab, NOBODY))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(SamException.class)
        .hasMessageStartingWith("could not reach the destination: the I2P router answered ");
  }

  @Test
  void keepsItsDestinationInAFileOfItsOwner(I2pLab lab) throws Exception {
    Path key = lab.folder().resolve("keys/echo.key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
  }

  /// The router is killed under a stream: the stream says so, and all comes back by itself with the
  /// same destination.
  @Test
  void survivesADeadRouter(I2pLab lab) throws Exception {
    Path folder = lab.folder().resolve("killed");
    try (RouterLauncher router =
        RouterLauncher.in(
            folder, I2pLab.alone(Ports.free()), RouterLauncher.usualPath(), status -> {})) {
      router.start();
      try (SamSession here = new SamSession(lab.sockets(), I2pLab.settings(router));
          SamSession there =
              new SamSession(
                  lab.sockets(), I2pLab.settings(router).withKey(folder.resolve("there.key")))) {
        new StreamAcceptor(there, lab.sockets().loops(), I2pLab.Echo::on).start();
        there.start();
        here.start();
        I2pLab.ready(there);
        I2pLab.ready(here);
        String name = there.status().name();
        ChannelBridge stream = ChannelBridge.over(connect(lab, here, name));
        echoes(stream);

        long killed = router.status().pid();
        long began = System.nanoTime();
        ProcessHandle.of(killed).orElseThrow().destroyForcibly();
        assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(1)))
            .isInstanceOf(IOException.class)
            .hasMessageStartingWith("the I2P router is gone: ");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));

        Await.that(
            "another router",
            LIMIT,
            () -> router.status().pid() != killed && router.status().pid() != 0);
        I2pLab.ready(there);
        I2pLab.ready(here);
        assertThat(there.status().name()).isEqualTo(name);
        echoes(ChannelBridge.over(connect(lab, here, name)));
      }
    }
  }

  private static void echoes(ChannelBridge stream) throws IOException {
    byte[] words = "are you there".getBytes(StandardCharsets.UTF_8);
    write(stream, words);
    ByteBuffer heard = ByteBuffer.allocate(words.length);
    while (heard.hasRemaining() && stream.read(heard) >= 0) {
      assertThat(heard.position()).isPositive();
    }
    assertThat(heard.flip()).isEqualTo(ByteBuffer.wrap(words));
  }
}
