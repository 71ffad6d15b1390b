package dev.ballast.proxy;

/** The value of a Cookie field: {@code a=b; c=d} (RFC 6265, section 4.2.1). */
final class CookieText {
  private CookieText() {}

  /** Where the value of the next cookie of that name begins, at or after {@code from}, where a cookie begins; -1 if there is none. */
  static int valueOf(byte[] name, byte[] bytes, int from, int end) {
    int start = from;
    while (start < end) {
      int stop = stop(bytes, start, end);
      int value = start + name.length + 1;
      if (value <= stop
          && bytes[value - 1] == '='
          && Grammar.startsWith(bytes, start, stop, name)) {
        return value;
      }
      start = next(bytes, stop, end);
    }
    return -1;
  }

  /** Where the cookie ends in which {@code at} lies. */
  static int stop(byte[] bytes, int at, int end) {
    int stop = at;
    while (stop < end && bytes[stop] != ';') {
      stop++;
    }
    return stop;
  }

  /** Where the cookie begins that follows one which ends at {@code stop}. */
  static int next(byte[] bytes, int stop, int end) {
    int start = stop + 1;
    while (start < end && Grammar.isSpace(bytes[start])) {
      start++;
    }
    return start;
  }
}
