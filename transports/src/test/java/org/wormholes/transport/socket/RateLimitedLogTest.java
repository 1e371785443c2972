package org.wormholes.transport.socket;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RateLimitedLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger("test.rate");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private long now;
  private final RateLimitedLog log = new RateLimitedLog(logger, 2, 5, () -> now);

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(lines);
  }

  @Test
  void writesAFewLinesOfACauseAndTheCountOfTheRestLater() {
    for (int i = 0; i < 100; i++) {
      log.note("noise", "door");
    }
    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("door: noise", "door: noise");
    now += Duration.ofSeconds(61).toNanos();
    log.note("noise", "door");
    assertThat(lines.list.getLast().getFormattedMessage())
        .isEqualTo("door: noise (and 98 times more, not shown)");
  }

  @Test
  void boundsAllCausesTogether() {
    for (int i = 0; i < 10; i++) {
      log.note("cause " + i, "door");
    }
    assertThat(lines.list).hasSize(5);
  }
}
