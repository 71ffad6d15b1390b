package dev.ballast.detection;

import java.util.Arrays;

/**
 * By how much probes went out after their schedule: how many of each size. Sizes are told apart to an eighth, from 1 µs to 17 s.
 *
 * <p>Immutable.
 */
public final class Lateness {
  /** 2 to this power, in nanoseconds, is the smallest size that is told apart. */
  private static final int LEAST = 10;

  private static final int MOST = 34;
  private static final int PARTS_LOG = 3;
  private static final int PARTS = 1 << PARTS_LOG;
  private static final int SIZES = (MOST - LEAST + 1) * PARTS + 1;

  /** Before the first probe. */
  public static final Lateness NONE = new Lateness(new long[SIZES]);

  private final long[] counts;

  private Lateness(long[] counts) {
    this.counts = counts;
  }

  /** Counts them. Owned by one thread. */
  static final class Recorder {
    private final long[] counts = new long[SIZES];

    void add(long nanos) {
      counts[size(nanos)]++;
    }

    Lateness read() {
      return new Lateness(counts.clone());
    }
  }

  private static int size(long nanos) {
    if (nanos < 1L << LEAST) {
      return 0;
    }
    int power = Math.min(MOST, Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos));
    long part = Math.min(PARTS - 1, (nanos >>> (power - PARTS_LOG)) - PARTS);
    return (power - LEAST) * PARTS + (int) part + 1;
  }

  /** What lies above all of a size, in nanoseconds. */
  private static long bound(int size) {
    int power = LEAST + (size - 1) / PARTS;
    int part = (size - 1) % PARTS;
    return size == 0 ? 1L << LEAST : (PARTS + part + 1L) << (power - PARTS_LOG);
  }

  /** What has come since an earlier reading of the same. */
  public Lateness since(Lateness earlier) {
    long[] later = counts.clone();
    for (int size = 0; size < SIZES; size++) {
      later[size] -= earlier.counts[size];
    }
    return new Lateness(later);
  }

  /** How many probes there were. */
  public long count() {
    return Arrays.stream(counts).sum();
  }

  /**
   * What a share of the probes did not exceed.
   *
   * @param share 0 to 1; 1 for the latest of all
   * @return in nanoseconds, at most an eighth too much; 0 where there was no probe
   */
  public long quantileNanos(double share) {
    long left = (long) Math.ceil(share * count());
    long answer = 0;
    for (int size = 0; size < SIZES && left > 0; size++) {
      if (counts[size] > 0) {
        left -= counts[size];
        answer = bound(size);
      }
    }
    return answer;
  }
}
