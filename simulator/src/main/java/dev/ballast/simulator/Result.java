package dev.ballast.simulator;

import dev.ballast.model.Algorithm;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * What became of a workload under one algorithm. What is said of response times, errors and zones leaves the warm-up out.
 *
 * @param begun requests in all, warm-up included
 * @param ended requests that were answered or failed, warm-up included; each ends once
 * @param times response times, from a request's arrival to its answer's
 * @param errors the share of requests that failed
 * @param shares of all work, warm-up included
 * @param queues lengths of lines, of one backend
 * @param keysMoved the share of keys that belong to another backend when one fails, for those that hash
 * @param otherZone the share of requests that went to another zone
 */
public record Result(
    Algorithm algorithm,
    long begun,
    long ended,
    Times times,
    double errors,
    Imbalance imbalance,
    Shares shares,
    Queues queues,
    OptionalDouble keysMoved,
    double otherZone,
    Course course) {

  /** The algorithm's type, and those of its parameters that are not at their defaults. */
  public String name() {
    return AlgorithmName.of(algorithm);
  }

  /** Milliseconds: of all answered requests, and those that a share did not exceed. */
  public record Times(
      long answered, double mean, double p50, double p90, double p99, double p999, double most) {
    static Times of(Histogram nanos) {
      return new Times(
          nanos.count(),
          nanos.mean() / 1e6,
          nanos.quantile(0.5) / 1e6,
          nanos.quantile(0.9) / 1e6,
          nanos.quantile(0.99) / 1e6,
          nanos.quantile(0.999) / 1e6,
          nanos.most() / 1e6);
    }
  }

  /** Peak-to-mean of the backends' loads within a window: on average, and at its worst. */
  public record Imbalance(double mean, double most) {}

  /** The work of the backend that had most over the mean of all, from the beginning to the end. */
  public record Shares(double imbalance) {}

  /**
   * How many waited in line at a backend.
   *
   * @param mean over time and backends
   * @param most at any time
   * @param withAtLeast by k: the share of backends that had at least k requests, waiting or worked on, as seen at the ends of the windows
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Queues(double mean, int most, double[] withAtLeast) {}

  /**
   * How it went on, by window.
   *
   * @param seconds when the window ended
   * @param p99Millis of the requests answered in it
   * @param imbalance peak-to-mean of the loads
   * @param queue mean length of a line
   * @param errors requests that failed
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Course(
      double[] seconds, double[] p99Millis, double[] imbalance, double[] queue, double[] errors) {

    /** Over the windows from this one on. */
    Imbalance imbalanceFrom(int window) {
      double[] counted =
          Arrays.stream(imbalance).skip(window).filter(value -> !Double.isNaN(value)).toArray();
      return new Imbalance(
          Arrays.stream(counted).average().orElse(Double.NaN),
          Arrays.stream(counted).max().orElse(Double.NaN));
    }
  }
}
