package org.wormholes.spec.i2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
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
import org.wormholes.spec.lab.I2pLab;
import org.wormholes.transport.embed.ChannelBridge;
import org.wormholes.transport.i2p.I2pName;
import org.wormholes.transport.i2p.SamException;
import org.wormholes.transport.i2p.SamSession;

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
}
