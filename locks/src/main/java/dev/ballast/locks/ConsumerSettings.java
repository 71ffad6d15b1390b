package dev.ballast.locks;

import java.time.Duration;

/**
 * How a {@link Consumer} works.
 *
 * @param concurrency messages handled at once, over all keys; 1 to 10,000, default 16
 * @param maxFailures with so many failures a message becomes a dead letter; 1 to 1,000, default 5
 * @param backOff pause after a message's first failure, doubled with each up to a minute; its key waits meanwhile. Default 1 s
 * @param poll pause where the queue has nothing, at most; begins at a fiftieth of it. 1 ms to 1 hour, default 1 s
 * @param stopWithin how long handlers may go on when their partition is called back, before they are interrupted; default 20 s, and
 *     less than {@link GroupSettings#handOver}
 */
public record ConsumerSettings(
    int concurrency, int maxFailures, Duration backOff, Duration poll, Duration stopWithin) {
  public ConsumerSettings {
    checkRange("concurrency", concurrency, 10_000);
    checkRange("maxFailures", maxFailures, 1000);
    checkRange("the back-off", backOff);
    checkRange("the pause between polls", poll);
    checkRange("the time to stop", stopWithin);
  }

  public static ConsumerSettings defaults() {
    return new ConsumerSettings(
        16, 5, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(20));
  }

  public ConsumerSettings withConcurrency(int concurrency) {
    return new ConsumerSettings(concurrency, maxFailures, backOff, poll, stopWithin);
  }

  public ConsumerSettings withMaxFailures(int maxFailures) {
    return new ConsumerSettings(concurrency, maxFailures, backOff, poll, stopWithin);
  }

  public ConsumerSettings withBackOff(Duration backOff) {
    return new ConsumerSettings(concurrency, maxFailures, backOff, poll, stopWithin);
  }

  public ConsumerSettings withPoll(Duration poll) {
    return new ConsumerSettings(concurrency, maxFailures, backOff, poll, stopWithin);
  }

  public ConsumerSettings withStopWithin(Duration stopWithin) {
    return new ConsumerSettings(concurrency, maxFailures, backOff, poll, stopWithin);
  }

  private static void checkRange(String what, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException("%s is 1 to %d, not %d".formatted(what, most, value));
    }
  }

  private static void checkRange(String what, Duration value) {
    if (value.toMillis() < 1 || value.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "%s is 1ms to 1h, not %dms".formatted(what, value.toMillis()));
    }
  }
}
