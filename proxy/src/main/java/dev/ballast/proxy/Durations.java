package dev.ballast.proxy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How long something took, counted in steps of 1, 2 and 5 from 100 µs to 60 s. Written by one event loop without a lock, read by
 * all threads: a reader sees each number as it was at some moment, and no order between them.
 */
final class Durations {
  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);
  private static final double NANOS_PER_SECOND = 1e9;
  private static final long[] BOUNDS_MICROS = {
    100,
    200,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    20_000_000,
    60_000_000
  };

  /** One more than there are bounds: the last is for all that took longer. */
  static final int STEPS = BOUNDS_MICROS.length + 1;

  /** For each step how often; then the sum of all, in nanoseconds. */
  private final long[] numbers = new long[STEPS + 1];

  void add(long nanos) {
    raise(step(nanos), 1);
    raise(STEPS, Math.max(0, nanos));
  }

  private void raise(int index, long amount) {
    ELEMENT.setOpaque(numbers, index, numbers[index] + amount);
  }

  /** The first step whose bound is not exceeded. */
  private static int step(long nanos) {
    long micros = (nanos + 999) / 1_000;
    int low = 0;
    int high = STEPS - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (micros <= BOUNDS_MICROS[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** The most that is counted in a step, in seconds. */
  static double bound(int step) {
    return step < BOUNDS_MICROS.length
        ? BOUNDS_MICROS[step] / 1_000_000.0
        : Double.POSITIVE_INFINITY;
  }

  /** Adds what was counted to the sums, one for each step. */
  void addTo(long[] sums) {
    for (int step = 0; step < STEPS; step++) {
      sums[step] += (long) ELEMENT.getOpaque(numbers, step);
    }
  }

  double sumSeconds() {
    return (long) ELEMENT.getOpaque(numbers, STEPS) / NANOS_PER_SECOND;
  }
}
