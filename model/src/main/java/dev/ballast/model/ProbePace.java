package dev.ballast.model;

import java.time.Duration;

/**
 * How often a backend is probed.
 *
 * @param interval 100 ms to 1 h
 * @param jitterPercent by how much of the interval a probe comes earlier or later, at random; 0 to 50
 * @param timeout after which a probe is given up, 10 ms to 1 min
 * @param unhealthyInterval while the verdict is unhealthy, 100 ms to 1 h
 * @param initialInterval while there is no verdict yet, 100 ms to 1 h
 * @param grace for how long a backend that has never been healthy is not called unhealthy, 0 to 1 h
 */
public record ProbePace(
    Duration interval,
    int jitterPercent,
    Duration timeout,
    Duration unhealthyInterval,
    Duration initialInterval,
    Duration grace) {
  public static final int DEFAULT_JITTER_PERCENT = 5;

  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofHours(1);

  public ProbePace {
    Ranges.require("interval", interval, SHORTEST, LONGEST);
    Ranges.require("jitter", jitterPercent, 0, 50);
    Ranges.require("timeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(1));
    Ranges.require("unhealthyInterval", unhealthyInterval, SHORTEST, LONGEST);
    Ranges.require("initialInterval", initialInterval, SHORTEST, LONGEST);
    Ranges.require("grace", grace, Duration.ZERO, LONGEST);
  }

  /** The same interval always. */
  public static ProbePace of(Duration interval, Duration timeout) {
    return new ProbePace(
        interval, DEFAULT_JITTER_PERCENT, timeout, interval, interval, Duration.ZERO);
  }
}
