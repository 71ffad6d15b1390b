package dev.ballast.proxy;

import java.util.Arrays;

/**
 * Names and values in a query ({@code application/x-www-form-urlencoded}), compared as they mean: {@code +} is a space, {@code %XX} a
 * byte; a percent sign without two hexadecimal digits stands for itself.
 */
final class QueryText {
  private QueryText() {}

  /** Where the byte stands first, or {@code end}. */
  static int indexOf(byte[] bytes, int start, int end, char wanted) {
    int at = start;
    while (at < end && bytes[at] != wanted) {
      at++;
    }
    return at;
  }

  static boolean equals(byte[] bytes, int start, int end, byte[] text) {
    return matched(bytes, start, end, text) == end;
  }

  static boolean startsWith(byte[] bytes, int start, int end, byte[] text) {
    return matched(bytes, start, end, text) >= 0;
  }

  /** Where what {@code text} matches ends, or -1 if the decoded bytes don't begin with it. */
  private static int matched(byte[] bytes, int start, int end, byte[] text) {
    int at = start;
    for (byte wanted : text) {
      if (at >= end || decodedAt(bytes, at, end) != wanted) {
        return -1;
      }
      at += isEncoded(bytes, at, end) ? 3 : 1;
    }
    return at;
  }

  private static boolean isEncoded(byte[] bytes, int at, int end) {
    return bytes[at] == '%'
        && at + 2 < end
        && Grammar.hexadecimal(bytes[at + 1]) >= 0
        && Grammar.hexadecimal(bytes[at + 2]) >= 0;
  }

  private static byte decodedAt(byte[] bytes, int at, int end) {
    if (isEncoded(bytes, at, end)) {
      return (byte) (Grammar.hexadecimal(bytes[at + 1]) << 4 | Grammar.hexadecimal(bytes[at + 2]));
    }
    return bytes[at] == '+' ? Grammar.SP : bytes[at];
  }

  static byte[] decoded(byte[] bytes, int start, int end) {
    var text = new byte[end - start];
    int length = 0;
    for (int at = start; at < end; at += isEncoded(bytes, at, end) ? 3 : 1) {
      text[length++] = decodedAt(bytes, at, end);
    }
    return Arrays.copyOf(text, length);
  }

  /** Whether it means what is written: nothing of it is encoded. */
  static boolean isPlain(byte[] bytes, int start, int end) {
    for (int at = start; at < end; at++) {
      if (bytes[at] == '%' || bytes[at] == '+') {
        return false;
      }
    }
    return true;
  }

  /**
   * A query of several parameters in one form of all that mean the same: decoded, but for what would then be taken for something else ({@code &}, {@code =} and
   * {@code %} that are part of a name or value).
   */
  static byte[] normalised(byte[] bytes, int start, int end) {
    var text = new byte[3 * (end - start)];
    int length = 0;
    for (int at = start; at < end; ) {
      boolean isEncoded = isEncoded(bytes, at, end);
      byte means = decodedAt(bytes, at, end);
      if (means == '%' || (isEncoded && (means == '&' || means == '='))) {
        text[length++] = '%';
        text[length++] = (byte) Character.forDigit(means >> 4, 16);
        text[length++] = (byte) Character.forDigit(means & 0xf, 16);
      } else {
        text[length++] = means;
      }
      at += isEncoded ? 3 : 1;
    }
    return Arrays.copyOf(text, length);
  }
}
