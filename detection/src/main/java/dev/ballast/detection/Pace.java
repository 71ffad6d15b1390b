package dev.ballast.detection;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often a target is asked.
 *
 * @param interval between probes, 100 ms to 1 h
 * @param whileUnhealthy the same for a target whose verdict is unhealthy
 * @param jitter by how much of the interval a probe may be earlier or later, at random, in per cent: 0 to 50
 * @param timeout after which a probe is given up, 10 ms to 1 min
 * @param grace for how long after its first probe a target that was never healthy is not called unhealthy
 */
public record Pace(
    Duration interval, Duration whileUnhealthy, int jitter, Duration timeout, Duration grace) {
  /** A suspect target is asked so many times as often. */
  static final int HASTE = 4;

  /** One probe in so many uses a fresh connection though an old one is open: what is reused can't show that nobody accepts. */
  static final int FRESH_EVERY = 10;

  public Pace {
    if (interval.compareTo(Duration.ofMillis(100)) < 0
        || whileUnhealthy.compareTo(Duration.ofMillis(100)) < 0) {
      throw new IllegalArgumentException("an interval is at least 100 ms");
    }
    if (jitter < 0 || jitter > 50) {
      throw new IllegalArgumentException("jitter must be 0 to 50 per cent, not " + jitter);
    }
  }

  /** An interval with everything else as is usual: 5 % of jitter, half the interval as the time-out, no grace. */
  public static Pace every(Duration interval) {
    return new Pace(interval, interval, 5, interval.dividedBy(2), Duration.ZERO);
  }

  /** When the first probe is due: anywhere in the first interval, so that targets that come together are not asked together. */
  long first(long now, RandomGenerator random) {
    return now + (long) (random.nextDouble() * interval.toNanos());
  }

  /** When the probe after one that was scheduled at {@code last} is due. What should have been asked in the past is left out. */
  long next(long last, Mood mood, long now, RandomGenerator random) {
    long nanos =
        switch (mood) {
          case CALM -> interval.toNanos();
          case SUSPICIOUS -> interval.toNanos() / HASTE;
          case UNHEALTHY -> whileUnhealthy.toNanos();
        };
    double share = jitter / 100.0 * (2 * random.nextDouble() - 1);
    long due = last + nanos + (long) (share * nanos);
    return due - now < 0 ? now : due;
  }

  /** What the detector thinks of the target. */
  enum Mood {
    CALM,
    SUSPICIOUS,
    UNHEALTHY
  }
}
