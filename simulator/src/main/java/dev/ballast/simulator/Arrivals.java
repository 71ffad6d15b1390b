package dev.ballast.simulator;

import java.time.Duration;

/** When requests come. */
public sealed interface Arrivals {
  /** Its name in workloads. */
  String type();

  /** How many come a second in the long run. */
  double perSecond();

  /** The same process at another rate. */
  Arrivals at(double perSecond);

  /** Independent of each other: clients that know nothing of one another. */
  record Poisson(double perSecond) implements Arrivals {
    public Poisson {
      demand(perSecond > 0, "the rate of requests is above 0");
    }

    @Override
    public String type() {
      return "poisson";
    }

    @Override
    public Arrivals at(double rate) {
      return new Poisson(rate);
    }
  }

  /**
   * Independent of each other, at a rate that changes between bursts and what is between them (a Markov-modulated Poisson process of two states).
   *
   * @param perSecond in the long run
   * @param factor how many times that rate a burst has, above 1, at most (burst + between) / burst: then nothing comes between bursts
   * @param burst how long a burst lasts on average
   * @param between how long it is from the end of one to the beginning of the next, on average
   */
  record Bursty(double perSecond, double factor, Duration burst, Duration between)
      implements Arrivals {
    public static final double DEFAULT_FACTOR = 3;
    public static final Duration DEFAULT_BURST = Duration.ofMillis(500);
    public static final Duration DEFAULT_BETWEEN = Duration.ofSeconds(2);

    public Bursty {
      demand(perSecond > 0, "the rate of requests is above 0");
      demand(burst.isPositive() && between.isPositive(), "burst and between are above 0");
      demand(
          factor > 1 && factor * seconds(burst) <= seconds(burst) + seconds(between) + 1e-9,
          "factor is above 1, and at most (burst + between) / burst");
    }

    @Override
    public String type() {
      return "bursty";
    }

    @Override
    public Arrivals at(double rate) {
      return new Bursty(rate, factor, burst, between);
    }

    /** The rate between bursts, as a part of the rate in the long run. */
    double quietFactor() {
      return Math.max(0, 1 + (1 - factor) * seconds(burst) / seconds(between));
    }

    static double seconds(Duration duration) {
      return duration.toNanos() / 1e9;
    }
  }

  /**
   * Those of a log, and from the beginning when they are used up.
   *
   * @param offsetsNanos after the first, ascending
   * @param speed how many times as fast they are to come, above 0
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Recorded(long[] offsetsNanos, double speed) implements Arrivals {
    public Recorded {
      demand(offsetsNanos.length > 1, "a log of fewer than two requests has no rate");
      demand(speed > 0, "the rate of requests is above 0");
    }

    @Override
    public String type() {
      return "recorded";
    }

    @Override
    public double perSecond() {
      return offsetsNanos.length * 1e9 / period() * speed;
    }

    /** From the first to the last, and the mean distance to the first again. */
    double period() {
      int last = offsetsNanos.length - 1;
      return Math.max(1, offsetsNanos[last] * (1.0 + 1.0 / last));
    }

    @Override
    public Arrivals at(double rate) {
      return new Recorded(offsetsNanos, speed * rate / perSecond());
    }
  }

  private static void demand(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what);
    }
  }
}
