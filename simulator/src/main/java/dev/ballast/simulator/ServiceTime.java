package dev.ballast.simulator;

import java.util.Arrays;

/**
 * How long a backend of speed 1 works on a request, waiting apart. Times are in nanoseconds.
 *
 * <p>Each is given by its mean, so that another distribution does not change the load.
 */
public sealed interface ServiceTime {
  /** Its name in workloads. */
  String type();

  double meanNanos();

  /**
   * The time of one request.
   *
   * @param number of the request, from 0
   */
  long draw(Chance chance, long number);

  /** Always the same. */
  record Constant(double meanNanos) implements ServiceTime {
    public Constant {
      demand(meanNanos > 0, "the mean of a service time is above 0");
    }

    @Override
    public String type() {
      return "constant";
    }

    @Override
    public long draw(Chance chance, long number) {
      return Math.round(meanNanos);
    }
  }

  /** Memoryless. */
  record Exponential(double meanNanos) implements ServiceTime {
    public Exponential {
      demand(meanNanos > 0, "the mean of a service time is above 0");
    }

    @Override
    public String type() {
      return "exponential";
    }

    @Override
    public long draw(Chance chance, long number) {
      return Math.round(meanNanos * chance.exponential());
    }
  }

  /**
   * Its logarithm is normal, as is often found of web servers' times.
   *
   * @param sigma of the logarithm, above 0, at most 5; with 1 the slowest hundredth takes 10 times the median
   */
  record LogNormal(double meanNanos, double sigma) implements ServiceTime {
    public static final double DEFAULT_SIGMA = 1;

    public LogNormal {
      demand(meanNanos > 0, "the mean of a service time is above 0");
      demand(sigma > 0 && sigma <= 5, "sigma is above 0, and at most 5");
    }

    @Override
    public String type() {
      return "log-normal";
    }

    @Override
    public long draw(Chance chance, long number) {
      return Math.round(meanNanos * StrictMath.exp(sigma * chance.gaussian() - sigma * sigma / 2));
    }
  }

  /**
   * Heavy-tailed (Pareto): a few requests make up much of the work.
   *
   * @param alpha above 1, at most 10; the tail is heavier the smaller it is, and the variance infinite up to 2
   */
  record Pareto(double meanNanos, double alpha) implements ServiceTime {
    public static final double DEFAULT_ALPHA = 2;

    public Pareto {
      demand(meanNanos > 0, "the mean of a service time is above 0");
      demand(alpha > 1 && alpha <= 10, "alpha is above 1, and at most 10");
    }

    @Override
    public String type() {
      return "pareto";
    }

    @Override
    public long draw(Chance chance, long number) {
      return Math.round(
          meanNanos * (alpha - 1) / alpha * StrictMath.pow(chance.uniform(), -1 / alpha));
    }
  }

  /**
   * Two kinds of requests, such as those that a cache answers and those that it does not.
   *
   * @param slowShare of the slow ones, between 0 and 1
   * @param factor how many times as long these take, above 1
   */
  record Bimodal(double meanNanos, double slowShare, double factor) implements ServiceTime {
    public static final double DEFAULT_SLOW_SHARE = 0.1;
    public static final double DEFAULT_FACTOR = 20;

    public Bimodal {
      demand(meanNanos > 0, "the mean of a service time is above 0");
      demand(slowShare > 0 && slowShare < 1, "slowShare is between 0 and 1");
      demand(factor > 1 && factor <= 1e6, "factor is above 1, and at most a million");
    }

    @Override
    public String type() {
      return "bimodal";
    }

    @Override
    public long draw(Chance chance, long number) {
      double fast = meanNanos / (1 - slowShare + slowShare * factor);
      return Math.round(chance.uniform() < slowShare ? fast * factor : fast);
    }
  }

  /** Those of a log, in their order, and from the beginning when they are used up. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Recorded(long[] nanos) implements ServiceTime {
    public Recorded {
      demand(nanos.length > 0, "a log without a request has no service times");
    }

    @Override
    public String type() {
      return "recorded";
    }

    @Override
    public double meanNanos() {
      return Math.max(1, Arrays.stream(nanos).average().orElse(1));
    }

    @Override
    public long draw(Chance chance, long number) {
      return nanos[(int) (number % nanos.length)];
    }
  }

  private static void demand(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what);
    }
  }
}
