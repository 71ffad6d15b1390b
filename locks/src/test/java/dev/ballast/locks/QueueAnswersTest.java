package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A queue that is down is said once, however often it is asked. */
class QueueAnswersTest {
  private final Logger log = (Logger) LoggerFactory.getLogger(QueueAnswers.class);
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();
  private final Level before = log.getLevel();

  @BeforeEach
  void listen() {
    said.start();
    log.addAppender(said);
    log.setLevel(Level.INFO);
  }

  @AfterEach
  void stopListening() {
    log.detachAppender(said);
    log.setLevel(before);
  }

  @Test
  void shouldSayOnceThatAQueueGivesNoAnswerAndOnceThatItAnswersAgain() {
    var answers = new QueueAnswers(new MemoryQueue(System::nanoTime));
    answers.answered();
    for (int i = 0; i < 100; i++) {
      answers.failed(new EngineUnavailable("the queue is down"));
    }
    answers.answered();
    answers.answered();
    answers.failed(new IllegalStateException("odd"));

    assertThat(answers.failures()).isEqualTo(101);
    assertThat(said.list)
        .extracting(event -> event.getLevel() + " " + event.getFormattedMessage())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("WARN")
                    .contains("gives no answer")
                    .endsWith(": the queue is down"),
            line -> assertThat(line).startsWith("INFO").contains("answers again"),
            line -> assertThat(line).startsWith("WARN").contains("IllegalStateException: odd"));
  }
}
