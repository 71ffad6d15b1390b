package dev.ballast.orchestrator;

import java.time.Duration;

/**
 * When the next batch of statuses may be written. One after a rest goes out at once; while batch follows upon batch, as when
 * thousands of backends fail together, the time between them doubles from 10 to 200 ms, so that such an event becomes a few transactions and
 * not hundreds. A rest of as long makes it forget. How long a batch takes to be written is no rest.
 *
 * <p>Owned by one thread; times are nanoseconds of one monotonic clock.
 */
final class BatchPace {
  private static final long SHORTEST = Duration.ofMillis(10).toNanos();
  private static final long LONGEST = Duration.ofMillis(200).toNanos();

  private long pause;
  private long last;

  /** How long a batch that is there at {@code now} has to wait, 0 or more. */
  long left(long now) {
    return pause == 0 ? 0 : Math.max(0, last + pause - now);
  }

  /** A batch was written, between these times. */
  void wrote(long began, long ended) {
    boolean isRested = pause == 0 || began - last > 2 * pause + SHORTEST;
    pause = isRested ? SHORTEST : Math.min(2 * pause, LONGEST);
    last = ended;
  }
}
