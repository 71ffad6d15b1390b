package dev.ballast.balancing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How long each of many members lately took, as one event loop has measured it: copies of its {@link PeakEwma}, side by side, since a look at any two of
 * thousands costs as much as it misses the caches.
 *
 * <p>Each is one number, a score: the logarithm of the time, plus the age of the clock in half-lives when it was heard. All fade alike, so scores stay as they are
 * and compare at any moment; one subtraction tells the time that is left (forward decay; Cormode, Shkapenyuk, Srivastava, Xu, "Forward decay", ICDE 2009). A
 * clock that turns over makes all times unknown until they are heard again.
 *
 * <p>Written by one thread; anyone may read.
 */
public final class ResponseTimes {
  /** The score of a member that was not set yet. */
  public static final long UNSET = 0;

  private static final VarHandle SCORE = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] scores;
  private final Fading fading;

  /**
   * @param members how many
   * @param decayNanos see {@link PeakEwma#record}
   */
  public ResponseTimes(int members, long decayNanos) {
    this.scores = new long[members];
    this.fading = new Fading(decayNanos);
  }

  /** From now on the member at {@code index} takes what was measured. */
  public void set(int index, PeakEwma measured) {
    SCORE.setOpaque(scores, index, scoreOf(measured));
  }

  /** Of the member at {@code index}; greater if it takes longer; {@link #UNSET} if it was never set. */
  public long score(int index) {
    return (long) SCORE.getOpaque(scores, index);
  }

  /** What a member has for a score that is measured so. */
  public long scoreOf(PeakEwma measured) {
    long score = fading.score(measured.peakNanos(), measured.heardNanos());
    return score == UNSET ? UNSET + 1 : score;
  }

  /** What {@link PeakEwma#nanos} says of one with that score; 0 if that is not known. */
  public long nanos(long score, long nowNanos) {
    return fading.nanos(score, nowNanos);
  }
}
