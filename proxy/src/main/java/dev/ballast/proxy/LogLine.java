package dev.ballast.proxy;

/**
 * A line of the access log while it is written: bounded, and nobody's word can end it or add a field to it. Whatever is not
 * printable ASCII is escaped, in JSON as {@code \u00e9}, in a template as {@code \xe9}; so are quotation marks and backslashes.
 * Owned by one event loop, which uses it for each line.
 */
final class LogLine {
  private static final byte[] DIGITS = Grammar.ascii("0123456789abcdef");
  private static final byte[] IN_JSON = Grammar.ascii("\\u00");
  private static final byte[] IN_TEMPLATE = Grammar.ascii("\\x");
  private static final long MICROS_PER_SECOND = 1_000_000;

  /** A quotation mark, a brace, a line feed. */
  private static final int ROOM_FOR_END = 3;

  private final byte[] bytes;
  private final int limit;
  private final int valueLimit;
  private boolean isJson;
  private int length;
  private boolean isCut;
  private boolean isFull;

  /**
   * @param limit of a line with its end
   * @param valueLimit of a value as it is written
   */
  LogLine(int limit, int valueLimit) {
    this.bytes = new byte[limit + ROOM_FOR_END];
    this.limit = limit;
    this.valueLimit = valueLimit;
  }

  void begin(boolean inJson) {
    isJson = inJson;
    length = 0;
    isCut = false;
    isFull = false;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /** Whether something had to be left out. */
  boolean isCut() {
    return isCut;
  }

  /** Goes back to where there was room. */
  void cutTo(int earlier) {
    takeBack(earlier);
    isCut = true;
  }

  /** Goes back: what was written since has nothing to say. */
  void takeBack(int earlier) {
    length = earlier;
    isFull = false;
  }

  /** Whether what was written last did not fit in, with room for the end. */
  boolean isFull() {
    return isFull;
  }

  /** Ends it with a line feed, after what must stand there. */
  void end(byte[] closing) {
    length = Math.min(length, limit - closing.length - 1);
    System.arraycopy(closing, 0, bytes, length, closing.length);
    length += closing.length;
    bytes[length++] = Grammar.LF;
  }

  /** As it is. */
  void put(byte[] text) {
    if (length + text.length + ROOM_FOR_END > limit) {
      isFull = true;
      return;
    }
    System.arraycopy(text, 0, bytes, length, text.length);
    length += text.length;
  }

  private void put(int b) {
    if (length == bytes.length) {
      isFull = true;
    } else {
      bytes[length++] = (byte) b;
    }
  }

  private void quote() {
    if (isJson) {
      put('"');
    }
  }

  /** A value of somebody else's. */
  void value(byte[] from, int start, int end) {
    int most = beginValue();
    int at = start;
    while (at < end && escaped(from[at] & 0xff, most)) {
      at++;
    }
    endValue(at < end);
  }

  void value(String text) {
    int most = beginValue();
    int at = 0;
    while (at < text.length() && escaped(Math.min(text.charAt(at), 0xff), most)) {
      at++;
    }
    endValue(at < text.length());
  }

  /** Answers how far it may go. */
  private int beginValue() {
    quote();
    return Math.min(limit - ROOM_FOR_END, length + valueLimit);
  }

  private void endValue(boolean isShortened) {
    isCut |= isShortened;
    isFull |= length + ROOM_FOR_END > limit;
    quote();
  }

  /** False if there is no room for it. */
  private boolean escaped(int b, int most) {
    boolean isPlain = b >= ' ' && b < 0x7f && b != '"' && b != '\\';
    boolean isShort = isJson && (b == '"' || b == '\\');
    int needed = isPlain ? 1 : isShort ? 2 : isJson ? IN_JSON.length + 2 : IN_TEMPLATE.length + 2;
    if (length + needed > most) {
      return false;
    }
    if (isPlain) {
      put(b);
    } else if (isShort) {
      put('\\');
      put(b);
    } else {
      put(isJson ? IN_JSON : IN_TEMPLATE);
      put(DIGITS[b >>> 4]);
      put(DIGITS[b & 0xf]);
    }
    return true;
  }

  /** @param number at least 0 */
  void number(long number) {
    digits(number, 1);
  }

  /** Seconds with six digits behind the point. */
  void seconds(long nanos) {
    long micros = Math.max(0, nanos) / 1_000;
    digits(micros / MICROS_PER_SECOND, 1);
    if (!isFull) {
      put('.');
      digits(micros % MICROS_PER_SECOND, MICROS_PER_SECOND / 10);
    }
  }

  private void digits(long number, long firstUnit) {
    long unit = firstUnit;
    int count = 1;
    while (number / unit >= 10) {
      unit *= 10;
      count++;
    }
    for (long rest = firstUnit; rest >= 10; rest /= 10) {
      count++;
    }
    if (length + count + ROOM_FOR_END > limit) {
      isFull = true;
      return;
    }
    for (; unit > 0; unit /= 10) {
      put('0' + (int) (number / unit % 10));
    }
  }
}
