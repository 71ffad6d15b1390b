package dev.ballast.model;

import java.time.Duration;

/**
 * A backend that has just become eligible gets a share that grows to its weight.
 *
 * @param window how long that takes; zero: it gets its weight at once
 * @param minPercent of its weight that it gets at first, 1 to 100
 */
public record SlowStart(Duration window, int minPercent) {
  public static final SlowStart NONE = new SlowStart(Duration.ZERO, 10);

  public SlowStart {
    Ranges.require("window", window, Duration.ZERO, Duration.ofHours(1));
    Ranges.requirePercent("minWeight", minPercent, 1, 100);
  }
}
