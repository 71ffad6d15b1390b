package dev.ballast.locks;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles one message and brings its outcome into the queue, asking again as long as the partition is owned.
 *
 * <p>Safe for use by many threads.
 */
final class Settlement {
  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);
  private static final long FIRST_RETRY = Duration.ofMillis(50).toNanos();
  private static final long LAST_RETRY = Duration.ofSeconds(1).toNanos();
  private static final Duration LONGEST_REST = Duration.ofMinutes(1);
  private static final int REASON_LENGTH = 500;

  final LongAdder handled = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder dead = new LongAdder();
  final LongAdder stale = new LongAdder();
  private final MessageQueue queue;
  private final String group;
  private final ConsumerSettings settings;
  private final QueueAnswers answers;

  Settlement(MessageQueue queue, String group, ConsumerSettings settings, QueueAnswers answers) {
    this.queue = queue;
    this.group = group;
    this.settings = settings;
    this.answers = answers;
  }

  /**
   * From handling to outcome.
   *
   * @return how long the message's key has to rest
   * @throws InterruptedException if it was given up, without an outcome
   */
  Duration handle(MessageHandler handler, Message message, Share share)
      throws InterruptedException {
    try {
      handler.handle(message, share.ownership);
    } catch (Throwable e) {
      if (e instanceof InterruptedException || Thread.interrupted()) {
        throw new InterruptedException("the partition of " + message.id() + " was called back");
      }
      return reject(message, share, e.toString());
    }
    var fence = share.fence(group);
    if (ask(share, () -> queue.acknowledge(message, fence))) {
      handled.increment();
    } else {
      refused(message, share);
    }
    return Duration.ZERO;
  }

  private Duration reject(Message message, Share share, String why) throws InterruptedException {
    failed.increment();
    LOG.debug("Message {} failed: {}", message.id(), why);
    String reason = why.length() > REASON_LENGTH ? why.substring(0, REASON_LENGTH) : why;
    var fence = share.fence(group);
    switch (ask(share, () -> queue.reject(message, fence, settings.maxFailures(), reason))) {
      case KEPT -> {
        return rest(message.failures());
      }
      case DEAD -> {
        dead.increment();
        LOG.warn("Message {} is a dead letter: {}", message.id(), reason);
      }
      case STALE -> refused(message, share);
    }
    return Duration.ZERO;
  }

  private Duration rest(int failuresBefore) {
    var rest = settings.backOff().multipliedBy(1L << Math.min(failuresBefore, 20));
    return rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest;
  }

  private void refused(Message message, Share share) {
    stale.increment();
    share.isEnding = true;
    LOG.warn("Message {} belongs to a newer owner than {}", message.id(), share.ownership);
  }

  private <T> T ask(Share share, Supplier<T> question) throws InterruptedException {
    long pause = FIRST_RETRY;
    var bell = new Signal();
    while (true) {
      try {
        T answer = question.get();
        answers.answered();
        return answer;
      } catch (RuntimeException e) {
        answers.failed(e);
      }
      if (!share.ownership.isStillMine()) {
        throw new InterruptedException("the partition was lost before its queue answered");
      }
      bell.await(pause);
      pause = Math.min(2 * pause, LAST_RETRY);
    }
  }
}
