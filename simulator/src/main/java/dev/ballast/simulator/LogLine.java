package dev.ballast.simulator;

import org.jspecify.annotations.Nullable;

/**
 * What one line of an access log says.
 *
 * @param nanos since the epoch: when the request came, or where {@code isEnd}, when it was done
 * @param isWholeSecond whether that says no more than in which second
 * @param tookNanos how long the backend took; {@link #UNKNOWN} if the log doesn't say
 * @param totalNanos how long the request took in all; the same if nothing else is known
 * @param pool empty if the log doesn't say
 * @param backend null if none got it; empty if the log doesn't say
 */
record LogLine(
    long nanos,
    boolean isWholeSecond,
    boolean isEnd,
    long tookNanos,
    long totalNanos,
    String pool,
    @Nullable String backend) {
  static final long UNKNOWN = -1;

  /** When the request came, if {@code within} of its second had passed. */
  long beganNanos(double within) {
    long at = isWholeSecond ? nanos + (long) (within * 1e9) : nanos;
    return isEnd && totalNanos > 0 ? at - totalNanos : at;
  }
}
