package dev.ballast.simulator;

import java.util.Arrays;

/**
 * Counts of durations in buckets whose width is at most 1/{@value #PER_OCTAVE} of what is in them: a quantile is off by half of that. The mean is
 * exact. Not thread-safe.
 */
final class Histogram {
  private static final int PER_OCTAVE = 128;
  private static final int SHIFT = 7;

  private final long[] counts = new long[(Long.SIZE - SHIFT) * PER_OCTAVE];
  private long count;
  private double sum;
  private long most;

  /** @param nanos at least 0 */
  void record(long nanos) {
    counts[bucket(nanos)]++;
    count++;
    sum += nanos;
    most = Math.max(most, nanos);
  }

  /** Small values have buckets of their own; the others one for their highest bits. */
  private static int bucket(long nanos) {
    int drop = Math.max(0, Long.SIZE - SHIFT - 1 - Long.numberOfLeadingZeros(nanos));
    return (drop << SHIFT) + (int) (nanos >>> drop);
  }

  long count() {
    return count;
  }

  double mean() {
    return count == 0 ? 0 : sum / count;
  }

  long most() {
    return most;
  }

  /** What a share of all do not exceed; 0 if there are none. */
  double quantile(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * count));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return Math.min((double) most, middle(i));
      }
    }
    return 0;
  }

  private static double middle(int bucket) {
    int drop = bucket < 2 * PER_OCTAVE ? 0 : (bucket >>> SHIFT) - 1;
    double first = (double) ((long) bucket - ((long) drop << SHIFT)) * (1L << drop);
    return drop == 0 ? first : first + (1L << (drop - 1));
  }

  void clear() {
    Arrays.fill(counts, 0);
    count = 0;
    sum = 0;
    most = 0;
  }
}
