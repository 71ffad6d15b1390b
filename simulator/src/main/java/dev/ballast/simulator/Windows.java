package dev.ballast.simulator;

import java.util.Arrays;

/**
 * What happened in each of equal stretches of time, for what is said of it over time. Not thread-safe.
 *
 * <p>The imbalance of a window is the peak-to-mean of the backends' loads: the load of one is how much of what it can do it was busy with, failed
 * ones apart. With equal loads it is 1, with all work at one of n it is n.
 */
final class Windows {
  private static final double PERCENTILE = 0.99;

  /** Lengths of lines are told apart below this. */
  private static final int LENGTHS = 32;

  private final Backends backends;
  private final long lengthNanos;
  private final Histogram answers = new Histogram();
  private final double[] busyBefore;
  private double waitedBefore;
  private long errors;
  private long endNanos;

  private double[] ends = new double[256];
  private double[] p99s = new double[256];
  private double[] imbalances = new double[256];
  private double[] queues = new double[256];
  private double[] errorCounts = new double[256];
  private final long[] lengths = new long[LENGTHS];
  private int size;

  Windows(Backends backends, long lengthNanos) {
    this.backends = backends;
    this.lengthNanos = lengthNanos;
    this.endNanos = lengthNanos;
    this.busyBefore = new double[backends.count];
  }

  void answered(long nanos) {
    answers.record(nanos);
  }

  void failed() {
    errors++;
  }

  /** When the current window is over. */
  long endNanos() {
    return endNanos;
  }

  /** Ends the current window. */
  void close() {
    double waited = 0;
    double most = 0;
    double sum = 0;
    int up = 0;
    for (int i = 0; i < backends.count; i++) {
      backends.advance(i, endNanos);
      double busy = backends.busyNanos(i) - busyBefore[i];
      busyBefore[i] = backends.busyNanos(i);
      waited += backends.waitedNanos(i);
      lengths[Math.min(LENGTHS - 1, backends.inService[i] + backends.waiting[i])]++;
      if (!backends.isDown[i]) {
        double load = busy / backends.concurrencies[i];
        most = Math.max(most, load);
        sum += load;
        up++;
      }
    }
    if (size == ends.length) {
      grow();
    }
    ends[size] = endNanos / 1e9;
    p99s[size] = answers.quantile(PERCENTILE) / 1e6;
    imbalances[size] = sum == 0 ? Double.NaN : most / (sum / up);
    queues[size] = (waited - waitedBefore) / lengthNanos / backends.count;
    errorCounts[size] = errors;
    size++;
    waitedBefore = waited;
    errors = 0;
    answers.clear();
    endNanos += lengthNanos;
  }

  private void grow() {
    ends = Arrays.copyOf(ends, 2 * size);
    p99s = Arrays.copyOf(p99s, 2 * size);
    imbalances = Arrays.copyOf(imbalances, 2 * size);
    queues = Arrays.copyOf(queues, 2 * size);
    errorCounts = Arrays.copyOf(errorCounts, 2 * size);
  }

  /** Forgets how long lines have been so far. */
  void forgetLengths() {
    Arrays.fill(lengths, 0);
  }

  /** By k: the share of backends that had at least k requests at the end of a window. */
  double[] withAtLeast() {
    double[] shares = new double[LENGTHS];
    long all = Math.max(1, Arrays.stream(lengths).sum());
    long sum = 0;
    for (int k = LENGTHS - 1; k >= 0; k--) {
      sum += lengths[k];
      shares[k] = (double) sum / all;
    }
    return shares;
  }

  /** How many are over. */
  int size() {
    return size;
  }

  Result.Course course() {
    return new Result.Course(
        Arrays.copyOf(ends, size),
        Arrays.copyOf(p99s, size),
        Arrays.copyOf(imbalances, size),
        Arrays.copyOf(queues, size),
        Arrays.copyOf(errorCounts, size));
  }
}
