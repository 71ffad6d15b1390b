package dev.ballast.detection;

import java.time.Duration;

/**
 * How silence is judged.
 *
 * @param threshold φ from which silence convicts, 1 to 64
 * @param window answers remembered, 10 to 1,000
 * @param minSamples answers before their distribution is believed, 1 to {@code window}; until then {@code firstEstimate} stands for it
 * @param firstEstimate the delay that is expected of a target that is not known yet
 * @param floor the least deviation that is believed, so that very even answers don't make every hiccup a proof
 * @param acceptablePause silence that is forgiven before φ is asked whether to convict: garbage collections, losses in bursts
 * @param cap silence that convicts whatever φ says
 */
public record AccrualSettings(
    Estimator estimator,
    double threshold,
    int window,
    int minSamples,
    Duration firstEstimate,
    Duration floor,
    Duration acceptablePause,
    Duration cap) {

  /** Probes that must have gone unanswered, each for longer than is usual, before silence convicts. */
  static final int MIN_UNANSWERED = 3;

  /** From here on an answer is overdue, and the target suspect. */
  static final Estimator.Level SUSPECT = Estimator.Level.of(1);

  public static final AccrualSettings DEFAULT =
      new AccrualSettings(
          Estimator.NORMAL,
          8,
          200,
          10,
          Duration.ofMillis(100),
          Duration.ofMillis(50),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10));

  public AccrualSettings {
    if (!(threshold >= 1 && threshold <= 64)) {
      throw new IllegalArgumentException("threshold must be 1 to 64, not " + threshold);
    }
    if (window < 10 || window > DelayWindow.MAX_SIZE) {
      throw new IllegalArgumentException(
          "window must be 10 to " + DelayWindow.MAX_SIZE + ", not " + window);
    }
    if (minSamples < 1 || minSamples > window) {
      throw new IllegalArgumentException(
          "minSamples must be 1 to the window of " + window + ", not " + minSamples);
    }
    require("firstEstimate", firstEstimate, Duration.ofMillis(1));
    require("floor", floor, Duration.ofMillis(1));
    require("acceptablePause", acceptablePause, Duration.ZERO);
    require("cap", cap, Duration.ofMillis(100));
  }

  private static void require(String name, Duration value, Duration least) {
    if (value.compareTo(least) < 0 || value.compareTo(Duration.ofMinutes(10)) > 0) {
      throw new IllegalArgumentException(
          "%s must be %d ms to 10 min, not %d ms"
              .formatted(name, least.toMillis(), value.toMillis()));
    }
  }
}
