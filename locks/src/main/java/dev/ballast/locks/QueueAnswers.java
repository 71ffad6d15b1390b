package dev.ballast.locks;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a queue answers: calls that fail are counted, and said once, when it stops answering, and once when it answers again.
 *
 * <p>Safe for use by many threads.
 */
final class QueueAnswers {
  private static final Logger LOG = LoggerFactory.getLogger(QueueAnswers.class);

  private final LongAdder failures = new LongAdder();
  private final AtomicBoolean isSilent = new AtomicBoolean();
  private final MessageQueue queue;

  QueueAnswers(MessageQueue queue) {
    this.queue = queue;
  }

  void failed(RuntimeException e) {
    failures.increment();
    if (isSilent.compareAndSet(false, true)) {
      LOG.warn(
          "{} gives no answer, and is asked again and again: {}",
          queue.name(),
          e instanceof EngineUnavailable ? e.getMessage() : e.toString());
    } else {
      LOG.debug("{} gives no answer", queue.name(), e);
    }
  }

  void answered() {
    if (isSilent.get() && isSilent.compareAndSet(true, false)) {
      LOG.info("{} answers again", queue.name());
    }
  }

  long failures() {
    return failures.sum();
  }
}
