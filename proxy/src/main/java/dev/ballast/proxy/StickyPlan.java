package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.model.Sticky;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Which backend a client was told to stay with.
 *
 * <p>Idea: the token of a backend is made of pool and name with the fleet's cookie key ({@link StickyTokens}): nobody
 * without the key can make one or see in it whose it is, and every LB server of the fleet makes the same. So the tokens of all
 * backends that may be picked are known beforehand, and reading one is a look into a table: no cryptography on the request path,
 * nothing allocated. A backend that may not be picked has no entry, so clients leave it at once.
 *
 * <p>Tokens of the key before are understood and replaced. Immutable: safe for all event loops.
 */
final class StickyPlan {
  private static final byte[] COOKIE = Grammar.ascii("cookie");
  private static final byte[] DIGITS =
      Grammar.ascii("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
  private static final int[] VALUES = values();
  private static final int TOKEN_LENGTH = 22;

  private final boolean isCookie;
  private final byte[] name;
  private final byte[] before;
  private final byte[] after;
  private final long[] high;
  private final long[] low;
  private final long[] tableHigh;
  private final long[] tableLow;
  private final int[] tableIndex;

  private StickyPlan(Sticky how, long[] high, long[] low, int tokens) {
    this.isCookie = how instanceof Sticky.Cookie;
    this.name =
        switch (how) {
          case Sticky.Cookie cookie -> Grammar.ascii(cookie.name());
          case Sticky.Header header -> Grammar.ascii(header.name().toLowerCase(Locale.ROOT));
        };
    this.before = Grammar.ascii(before(how));
    this.after = Grammar.ascii(after(how));
    this.high = high;
    this.low = low;
    int slots = Math.max(2, Integer.highestOneBit(Math.max(1, tokens)) * 4);
    this.tableHigh = new long[slots];
    this.tableLow = new long[slots];
    this.tableIndex = new int[slots];
    Arrays.fill(tableIndex, Balancer.NONE);
  }

  /**
   * The plan for the backends that may be picked.
   *
   * @param tokens by backend, see {@link StickyTokens#of}
   * @param keys how many there are, the current one first
   */
  static StickyPlan of(Sticky how, List<long[]> tokens, int keys) {
    int count = tokens.size();
    var plan = new StickyPlan(how, new long[count], new long[count], count * keys);
    for (int k = keys - 1; k >= 0; k--) {
      for (int i = 0; i < count; i++) {
        plan.high[i] = tokens.get(i)[2 * k];
        plan.low[i] = tokens.get(i)[2 * k + 1];
        plan.add(plan.high[i], plan.low[i], k == 0 ? i : count + i);
      }
    }
    return plan;
  }

  private void add(long tokenHigh, long tokenLow, int index) {
    int slot = slot(tokenHigh);
    while (tableIndex[slot] != Balancer.NONE) {
      slot = (slot + 1) & (tableIndex.length - 1);
    }
    tableHigh[slot] = tokenHigh;
    tableLow[slot] = tokenLow;
    tableIndex[slot] = index;
  }

  private int slot(long tokenHigh) {
    return (int) tokenHigh & (tableIndex.length - 1);
  }

  /** What the request says of whom its client is to stay with: for {@link #index} and {@link #isCurrent}, or {@link Balancer#NONE}. */
  int find(RequestHead head) {
    FieldLines fields = head.fields();
    for (int line = 0; line < fields.count(); line++) {
      if (fields.isNamed(line, isCookie ? COOKIE : name)) {
        int start = fields.valueStart(line);
        int end = fields.valueEnd(line);
        int index = isCookie ? ofCookies(head.bytes(), start, end) : of(head.bytes(), start, end);
        if (index != Balancer.NONE) {
          return index;
        }
      }
    }
    return Balancer.NONE;
  }

  private int ofCookies(byte[] bytes, int from, int end) {
    int value = CookieText.valueOf(name, bytes, from, end);
    while (value >= 0) {
      int stop = CookieText.stop(bytes, value, end);
      int index = of(bytes, value, stop);
      if (index != Balancer.NONE) {
        return index;
      }
      value = CookieText.valueOf(name, bytes, CookieText.next(bytes, stop, end), end);
    }
    return Balancer.NONE;
  }

  private int of(byte[] bytes, int start, int end) {
    if (end - start != TOKEN_LENGTH) {
      return Balancer.NONE;
    }
    long tokenHigh = 0;
    long tokenLow = 0;
    for (int i = start; i < end; i++) {
      int value = bytes[i] < 0 ? -1 : VALUES[bytes[i]];
      if (value < 0) {
        return Balancer.NONE;
      }
      tokenHigh = tokenHigh << 6 | tokenLow >>> 58;
      tokenLow = tokenLow << 6 | value;
    }
    return find(tokenHigh, tokenLow);
  }

  private int find(long textHigh, long textLow) {
    int slot = slot(textHigh);
    while (tableIndex[slot] != Balancer.NONE) {
      if (tableHigh[slot] == textHigh && tableLow[slot] == textLow) {
        return tableIndex[slot];
      }
      slot = (slot + 1) & (tableIndex.length - 1);
    }
    return Balancer.NONE;
  }

  /** Among the backends that may be picked. */
  int index(int found) {
    return found < high.length ? found : found - high.length;
  }

  /** Whether that was said with the current key. */
  boolean isCurrent(int found) {
    return found < high.length;
  }

  /** How many bytes {@link #write} writes. */
  int length() {
    return before.length + TOKEN_LENGTH + after.length;
  }

  /** The line that tells the client to stay with the backend. */
  void write(int index, ByteBuf out) {
    out.writeBytes(before);
    long upper = high[index];
    long lower = low[index];
    for (int i = 0; i < TOKEN_LENGTH; i++) {
      int shift = 6 * (TOKEN_LENGTH - 1 - i);
      out.writeByte(DIGITS[bits(upper, lower, shift)]);
    }
    out.writeBytes(after);
  }

  private static int bits(long upper, long lower, int shift) {
    long shifted =
        shift >= Long.SIZE
            ? upper >>> (shift - Long.SIZE)
            : lower >>> shift | (shift == 0 ? 0 : upper << (Long.SIZE - shift));
    return (int) shifted & 0x3f;
  }

  private static String before(Sticky how) {
    return switch (how) {
      case Sticky.Cookie cookie -> "Set-Cookie: " + cookie.name() + "=";
      case Sticky.Header header -> header.name() + ": ";
    };
  }

  private static String after(Sticky how) {
    return switch (how) {
      case Sticky.Cookie cookie ->
          "; Path="
              + cookie.path()
              + (cookie.lifetime().isZero() ? "" : "; Max-Age=" + cookie.lifetime().toSeconds())
              + "; HttpOnly; SameSite=Lax"
              + (cookie.isSecure() ? "; Secure" : "")
              + "\r\n";
      case Sticky.Header header -> "\r\n";
    };
  }

  private static int[] values() {
    int[] values = new int[128];
    Arrays.fill(values, -1);
    for (int i = 0; i < DIGITS.length; i++) {
      values[DIGITS[i]] = i;
    }
    return values;
  }
}
