package dev.ballast.balancing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How long somebody lately took, remembered pessimistically: a longer time counts at once and whole, shorter ones count the more the longer they go on
 * (peak exponentially weighted moving average; as in Finagle's load metric of that name). What is not heard of for a while fades, so that one
 * that was slow once is tried again.
 *
 * <p>Written by one thread; anyone may read, and may then see the time of one record beside the age of the next.
 */
public final class PeakEwma {
  /** What a failure counts as at least. */
  private static final long FAILURE_NANOS = 1_000_000_000;

  private static final VarHandle NANOS;
  private static final VarHandle HEARD_NANOS;

  static {
    try {
      var lookup = MethodHandles.lookup();
      NANOS = lookup.findVarHandle(PeakEwma.class, "nanos", double.class);
      HEARD_NANOS = lookup.findVarHandle(PeakEwma.class, "heardNanos", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("UnusedVariable") // written through its handle
  private double nanos;

  @SuppressWarnings("UnusedVariable") // written through its handle
  private long heardNanos;

  /**
   * It took this long.
   *
   * @param latencyNanos above 0
   * @param nowNanos any clock, the same for all calls
   * @param decayNanos after how long an earlier time counts about a third (1/e), above 0
   */
  public void record(long latencyNanos, long nowNanos, long decayNanos) {
    double before = nanos;
    double kept = before == 0 ? 0 : left(nowNanos - heardNanos, decayNanos);
    double latest = latencyNanos;
    double mean = latest + (before - latest) * kept;
    NANOS.setOpaque(this, Math.max(latest, mean));
    HEARD_NANOS.setOpaque(this, nowNanos);
  }

  /** It took this long or longer: that says nothing if shorter than what was to be expected. */
  public void recordAtLeast(long latencyNanos, long nowNanos, long decayNanos) {
    if (latencyNanos > nanos(nowNanos, decayNanos)) {
      record(latencyNanos, nowNanos, decayNanos);
    }
  }

  /** It failed after so long. What fails fast is not fast: that counts as a second at least. */
  public void recordFailure(long afterNanos, long nowNanos, long decayNanos) {
    recordAtLeast(Math.max(FAILURE_NANOS, afterNanos), nowNanos, decayNanos);
  }

  /** What it is to be expected to take; 0 if nothing was heard, or only long ago. */
  public long nanos(long nowNanos, long decayNanos) {
    double then = peakNanos();
    double age = Math.max(0, nowNanos - heardNanos());
    return then == 0 ? 0 : Fading.left(then, age / decayNanos);
  }

  /** What it took when it was last heard of. */
  double peakNanos() {
    return (double) NANOS.getOpaque(this);
  }

  /** When it was last heard of. */
  long heardNanos() {
    return (long) HEARD_NANOS.getOpaque(this);
  }

  /**
   * About e<sup>−age/decay</sup>, from the first terms of the series of its inverse: within 2 % up to one decay, slower than that afterwards, at a
   * tenth of the cost.
   */
  private static double left(long ageNanos, long decayNanos) {
    double x = Math.max(0, (double) ageNanos / decayNanos);
    return 1 / (1 + x * (1 + x * (0.5 + x / 6)));
  }
}
