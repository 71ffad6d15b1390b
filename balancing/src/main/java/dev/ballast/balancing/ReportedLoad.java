package dev.ballast.balancing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How busy somebody lately said it was. Any thread may write, and any read: of two that write at once either may remain.
 *
 * <p>Both are kept in one number, so that no report is taken for younger or older than it is: the report in the lowest 20 bits, above them when
 * it came, in milliseconds.
 */
public final class ReportedLoad {
  /** More than this is taken for this: a hundred times what it can do. */
  private static final int MOST = 100_000;

  private static final int BITS = 20;
  private static final long MASK = (1L << BITS) - 1;
  private static final long MILLI_NANOS = 1_000_000;
  private static final VarHandle LAST;

  static {
    try {
      LAST = MethodHandles.lookup().findVarHandle(ReportedLoad.class, "last", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("UnusedVariable") // read and written through its handle
  private long last;

  /**
   * It said so.
   *
   * @param thousandths of what it can do, above 0
   * @param nowNanos any clock, the same for all calls
   */
  public void heard(int thousandths, long nowNanos) {
    LAST.setOpaque(
        this, Math.floorDiv(nowNanos, MILLI_NANOS) << BITS | Math.clamp(thousandths, 1, MOST));
  }

  /** What it said, if that was no longer ago than this; else 0. */
  public int thousandths(long nowNanos, long expiryNanos) {
    return thousandths(word(), nowNanos, expiryNanos);
  }

  long word() {
    return (long) LAST.getOpaque(this);
  }

  static int thousandths(long heard, long nowNanos, long expiryNanos) {
    long ageMillis = Math.floorDiv(nowNanos, MILLI_NANOS) - (heard >> BITS);
    return ageMillis * MILLI_NANOS <= expiryNanos ? (int) (heard & MASK) : 0;
  }
}
