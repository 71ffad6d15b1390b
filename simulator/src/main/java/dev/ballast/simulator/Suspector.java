package dev.ballast.simulator;

import java.util.function.Supplier;

/**
 * A failure detector of the literature, over answers that should come one an interval: after each it says from when on it suspects if
 * nothing more comes. Times in seconds. Not thread-safe.
 */
interface Suspector {
  /** The answer to a probe has come; numbers grow, and some are left out. */
  void arrived(long probe, double at);

  /** From when on it suspects. */
  double suspectsAt();

  /**
   * A detector and its parameter.
   *
   * @param parameter what its curve goes along: φ, α in seconds, or the time-out in seconds
   */
  record Kind(String name, double parameter, Supplier<Suspector> create) {}

  /** A time after the last answer. */
  static Suspector fixed(double timeout) {
    return new Suspector() {
      private double last = Double.POSITIVE_INFINITY;

      @Override
      public void arrived(long probe, double at) {
        last = at;
      }

      @Override
      public double suspectsAt() {
        return last + timeout;
      }
    };
  }
}
