package dev.ballast.balancing;

/**
 * How long the recent answers of a pool took to begin, and how long a try should be given before another backend is asked.
 *
 * <p>Idea: a histogram whose buckets grow by an eighth of each power of two, so that a quantile is known to within 12.5 %
 * from 1 ms to two minutes. Its counts are halved when enough have come, or when time has passed: old answers fade out.
 *
 * <p>Owned by one event loop, which records; any thread may ask. Nothing is allocated.
 */
public final class FirstByteEstimate {
  /** What {@link #p99Nanos} answers before there are enough answers to tell. */
  public static final long UNKNOWN = -1;

  private static final long LEAST_LIMIT_NANOS = 1_000_000_000;
  private static final int FACTOR = 3;

  private static final int SAMPLES_LEAST = 100;
  private static final int SAMPLES_MOST = 4_096;
  private static final long HALF_LIFE_NANOS = 30_000_000_000L;
  private static final int SAMPLES_PER_LOOK = 32;

  private static final int SUB_BITS = 3;
  private static final int FIRST_BIT = 20; // about 1 ms
  private static final int LAST_BIT = 37; // about 137 s
  private static final int BUCKETS = (LAST_BIT - FIRST_BIT) << SUB_BITS;

  private final int[] counts = new int[BUCKETS];
  private int total;
  private int sinceLook;
  private long fadedNanos;
  private volatile long p99Nanos = UNKNOWN;

  public FirstByteEstimate(long nowNanos) {
    this.fadedNanos = nowNanos;
  }

  /** An answer began after {@code latencyNanos}. */
  public void record(long latencyNanos, long nowNanos) {
    counts[bucket(latencyNanos)]++;
    total++;
    if (total >= SAMPLES_MOST || nowNanos - fadedNanos >= HALF_LIFE_NANOS) {
      fade(nowNanos);
    }
    if (++sinceLook >= SAMPLES_PER_LOOK) {
      sinceLook = 0;
      p99Nanos = total < SAMPLES_LEAST ? UNKNOWN : quantileNanos();
    }
  }

  /** Within what 99 of 100 answers began lately, a little more rather than less; or {@link #UNKNOWN}. */
  public long p99Nanos() {
    return p99Nanos;
  }

  /**
   * How long a try is given before another backend is asked: three times what nearly all answers take, but at least 1 s.
   *
   * @param p99Nanos as above
   * @param mostNanos what the pool allows at most, and what is given while nothing is known
   */
  public static long tryNanos(long p99Nanos, long mostNanos) {
    if (p99Nanos == UNKNOWN) {
      return mostNanos;
    }
    return Math.min(mostNanos, Math.max(LEAST_LIMIT_NANOS, FACTOR * p99Nanos));
  }

  private void fade(long nowNanos) {
    fadedNanos = nowNanos;
    total = 0;
    for (int i = 0; i < BUCKETS; i++) {
      counts[i] >>= 1;
      total += counts[i];
    }
  }

  private long quantileNanos() {
    int beyond = total / 100;
    int bucket = BUCKETS - 1;
    while (bucket > 0 && counts[bucket] <= beyond) {
      beyond -= counts[bucket];
      bucket--;
    }
    return upperNanos(bucket);
  }

  private static int bucket(long nanos) {
    long clamped = Math.clamp(nanos, 1L << FIRST_BIT, (1L << LAST_BIT) - 1);
    int bit = Long.SIZE - 1 - Long.numberOfLeadingZeros(clamped);
    int sub = (int) (clamped >>> (bit - SUB_BITS)) & ((1 << SUB_BITS) - 1);
    return (bit - FIRST_BIT) << SUB_BITS | sub;
  }

  private static long upperNanos(int bucket) {
    int bit = FIRST_BIT + (bucket >> SUB_BITS);
    long sub = (bucket & ((1 << SUB_BITS) - 1)) + 1L;
    return (1L << bit) + (sub << (bit - SUB_BITS));
  }
}
