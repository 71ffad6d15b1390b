package dev.ballast.model;

import java.time.Duration;

/**
 * What makes a verdict of answers and silence.
 *
 * @param rise good answers in a row that make an unhealthy backend healthy, 1 to 100; twice as many after each further fall
 * @param fall failures in a row that make it unhealthy where they are only counted, 1 to 100
 */
public record Judgement(int rise, int fall, Rule rule, Accrual accrual) {
  public static final int DEFAULT_RISE = 2;
  public static final int DEFAULT_FALL = 3;
  public static final Judgement DEFAULT =
      new Judgement(DEFAULT_RISE, DEFAULT_FALL, Rule.PHI, Accrual.DEFAULT);

  public Judgement {
    Ranges.require("rise", rise, 1, 100);
    Ranges.require("fall", fall, 1, 100);
  }

  /** Which rule convicts. */
  public enum Rule {
    /** φ accrual, and evidence beside it. */
    PHI,
    /** Failures in a row. */
    COUNT
  }

  /** How answers' delays are thought to be distributed. */
  public enum Estimator {
    NORMAL,
    EXPONENTIAL,
    HISTOGRAM
  }

  /**
   * How φ accrual judges silence.
   *
   * @param threshold φ from which silence convicts, 1 to 64
   * @param window answers remembered, 10 to 1,000
   * @param minSamples answers before their distribution is believed, 1 to {@code window}
   * @param floor the least deviation that is believed, 1 ms to 10 min
   * @param acceptablePause silence that is forgiven, 0 to 10 min, less than {@code cap}
   * @param firstEstimate the delay that is expected of a backend that is not known yet, 1 ms to 10 min
   * @param cap silence that convicts whatever φ says, 100 ms to 10 min
   */
  public record Accrual(
      double threshold,
      int window,
      int minSamples,
      Estimator estimator,
      Duration floor,
      Duration acceptablePause,
      Duration firstEstimate,
      Duration cap) {
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    public static final Accrual DEFAULT =
        new Accrual(
            8,
            200,
            10,
            Estimator.NORMAL,
            Duration.ofMillis(50),
            Duration.ofSeconds(1),
            Duration.ofMillis(100),
            Duration.ofSeconds(10));

    public Accrual {
      if (!(threshold >= 1 && threshold <= 64)) {
        throw new IllegalArgumentException("threshold " + threshold + " is not within 1 to 64");
      }
      Ranges.require("window", window, 10, 1_000);
      Ranges.require("minSamples", minSamples, 1, window);
      Ranges.require("floor", floor, MILLISECOND, LONGEST);
      Ranges.require("acceptablePause", acceptablePause, Duration.ZERO, LONGEST);
      Ranges.require("firstEstimate", firstEstimate, MILLISECOND, LONGEST);
      Ranges.require("cap", cap, Duration.ofMillis(100), LONGEST);
      if (cap.compareTo(acceptablePause) <= 0) {
        throw new IllegalArgumentException(
            "cap " + Durations.text(cap) + " is not longer than acceptablePause");
      }
    }
  }
}
