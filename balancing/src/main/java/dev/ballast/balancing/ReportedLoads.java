package dev.ballast.balancing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** How busy each of many members lately said it was: copies of their {@link ReportedLoad}, side by side. Any thread may write, and any read. */
public final class ReportedLoads {
  /** What {@link #thousandths} answers of a member that was not set yet. */
  public static final int UNSET = -1;

  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
  private static final long UNSET_WORD = 0;

  private final long[] words;
  private final long expiryNanos;

  /**
   * @param members how many
   * @param expiryNanos after how long a report no longer counts
   */
  public ReportedLoads(int members, long expiryNanos) {
    this.words = new long[members];
    this.expiryNanos = expiryNanos;
  }

  /** From now on the member at {@code index} has said what this has, unless somebody else has set something later meanwhile. */
  public void set(int index, ReportedLoad said) {
    long word = said.word();
    long known = (long) WORD.getOpaque(words, index);
    while (isLater(word, known) && !WORD.compareAndSet(words, index, known, word)) {
      known = (long) WORD.getOpaque(words, index);
    }
  }

  /** What a member said stands in a word below the time. */
  private static boolean isLater(long word, long known) {
    return word != UNSET_WORD && (known == UNSET_WORD || word > known);
  }

  /** What {@link ReportedLoad#thousandths} of it says; {@link #UNSET} if it was never set, or has never said anything. */
  public int thousandths(int index, long nowNanos) {
    long word = (long) WORD.getOpaque(words, index);
    return word == UNSET_WORD ? UNSET : ReportedLoad.thousandths(word, nowNanos, expiryNanos);
  }
}
