package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;

/**
 * Finds where a head ends, line by line, as its bytes arrive: no byte is looked at twice, however small the pieces are.
 */
final class HeadEnd {
  /** A line ended with LF alone. */
  static final int BARE_LF = Integer.MIN_VALUE;

  private HeadEnd() {}

  /**
   * Looks for the empty line.
   *
   * @param lineStart where the first line not yet seen whole begins, counted from the reader index
   * @return the length of the head with its empty line; or the complement ({@code ~}, negative) of where the last, still
   *     incomplete line begins; or {@link #BARE_LF}
   */
  static int find(ByteBuf in, int lineStart) {
    int base = in.readerIndex();
    int start = base + lineStart;
    while (true) {
      int lf = in.indexOf(start, in.writerIndex(), Grammar.LF);
      if (lf < 0) {
        return ~(start - base);
      }
      if (lf == start || in.getByte(lf - 1) != Grammar.CR) {
        return BARE_LF;
      }
      if (lf - 1 == start) {
        return lf + 1 - base;
      }
      start = lf + 1;
    }
  }
}
