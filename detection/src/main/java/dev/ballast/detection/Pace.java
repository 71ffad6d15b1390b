package dev.ballast.detection;

import dev.ballast.model.Verdict;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often a target is asked.
 *
 * @param interval between probes, 100 ms to 1 h
 * @param whileUnhealthy the same for a target whose verdict is unhealthy
 * @param whileUnknown the same for a target that has no verdict yet
 * @param jitter by how much of the interval a probe may be earlier or later, at random, in per cent: 0 to 50
 * @param timeout after which a probe is given up, 10 ms to 1 min
 * @param grace for how long after its first probe a target that was never healthy is not called unhealthy, 0 to 1 h
 */
public record Pace(
    Duration interval,
    Duration whileUnhealthy,
    Duration whileUnknown,
    int jitter,
    Duration timeout,
    Duration grace) {
  /** A suspect target is asked so many times as often. */
  static final int HASTE = 4;

  /** And never less often than this, however rarely it is asked otherwise. */
  static final Duration SLOWEST_HASTE = Duration.ofSeconds(1);

  /** One probe in so many uses a fresh connection though an old one is open: what is reused can't show that nobody accepts. */
  static final int FRESH_EVERY = 10;

  public static final int DEFAULT_JITTER = 5;

  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofHours(1);

  public Pace {
    require("interval", interval, SHORTEST, LONGEST);
    require("whileUnhealthy", whileUnhealthy, SHORTEST, LONGEST);
    require("whileUnknown", whileUnknown, SHORTEST, LONGEST);
    require("timeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(1));
    require("grace", grace, Duration.ZERO, LONGEST);
    if (jitter < 0 || jitter > 50) {
      throw new IllegalArgumentException("jitter must be 0 to 50 per cent, not " + jitter);
    }
  }

  private static void require(String name, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "%s must be %d to %d ms, not %d ms"
              .formatted(name, least.toMillis(), most.toMillis(), value.toMillis()));
    }
  }

  /** An interval with everything else as is usual: 5 % of jitter, half the interval, at most 1 min, as the time-out, no grace. */
  public static Pace every(Duration interval) {
    Duration half = interval.dividedBy(2);
    Duration timeout = half.compareTo(Duration.ofMinutes(1)) > 0 ? Duration.ofMinutes(1) : half;
    return new Pace(interval, interval, interval, DEFAULT_JITTER, timeout, Duration.ZERO);
  }

  /** The same with a grace. */
  public Pace withGrace(Duration other) {
    return new Pace(interval, whileUnhealthy, whileUnknown, jitter, timeout, other);
  }

  /** When the first probe is due: anywhere in the first interval, so that targets that come together are not asked together. */
  long first(long now, Verdict known, RandomGenerator random) {
    Duration until = known == Verdict.UNKNOWN ? whileUnknown : interval;
    return now + (long) (random.nextDouble() * until.toNanos());
  }

  /** When the probe after one that was scheduled at {@code last} is due. What should have been asked in the past is left out. */
  long next(long last, Mood mood, long now, RandomGenerator random) {
    long nanos = nanos(mood);
    double share = jitter / 100.0 * (2 * random.nextDouble() - 1);
    long due = last + nanos + (long) (share * nanos);
    return due - now < 0 ? now : due;
  }

  long nanos(Mood mood) {
    return switch (mood) {
      case CALM -> interval.toNanos();
      case SUSPICIOUS -> Math.min(interval.toNanos() / HASTE, SLOWEST_HASTE.toNanos());
      case UNHEALTHY -> whileUnhealthy.toNanos();
      case UNKNOWN -> whileUnknown.toNanos();
    };
  }

  /** What the detector thinks of the target. */
  enum Mood {
    CALM,
    SUSPICIOUS,
    UNHEALTHY,
    UNKNOWN
  }
}
