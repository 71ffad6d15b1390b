package dev.ballast.proxy;

import java.nio.charset.StandardCharsets;

/** Which bytes may stand where, by RFC 9110 (section 5) and RFC 9112, and comparisons of ASCII without regard to case. */
final class Grammar {
  static final byte CR = '\r';
  static final byte LF = '\n';
  static final byte SP = ' ';
  static final byte HTAB = '\t';
  static final byte COLON = ':';

  private static final int BYTES = 256;
  private static final String TOKEN_SYMBOLS = "!#$%&'*+-.^_`|~";
  private static final String HOST_SYMBOLS = "-_";
  private static final boolean[] TOKEN = alphanumericsAnd(TOKEN_SYMBOLS);
  private static final boolean[] HOST = alphanumericsAnd(HOST_SYMBOLS);
  private static final boolean[] DNS_NAME = alphanumericsAnd("-._");
  private static final boolean[] TARGET = range(0x21, 0x7e);
  private static final boolean[] VALUE = range(0x20, 0xff);
  private static final byte[] LOWER = new byte[BYTES];
  private static final byte[] HEXADECIMAL = new byte[BYTES];

  static {
    TARGET['#'] = false;
    VALUE[HTAB] = true;
    VALUE[0x7f] = false;
    for (int i = 0; i < BYTES; i++) {
      LOWER[i] = (byte) (i >= 'A' && i <= 'Z' ? i + ('a' - 'A') : i);
      HEXADECIMAL[i] = i < 0x80 ? (byte) Character.digit(i, 16) : -1;
    }
  }

  private Grammar() {}

  /** tchar (RFC 9110, section 5.6.2). */
  static boolean isToken(byte b) {
    return TOKEN[b & 0xff];
  }

  /** What a request target may be made of: visible ASCII, no fragment. */
  static boolean isTarget(byte b) {
    return TARGET[b & 0xff];
  }

  /** field-vchar, SP and HTAB (RFC 9110, section 5.5). */
  static boolean isValue(byte b) {
    return VALUE[b & 0xff];
  }

  /** What a label of a host may be made of. */
  static boolean isHost(byte b) {
    return HOST[b & 0xff];
  }

  /** What a host name in DNS is made of, and the underscore that is seen in practice. */
  static boolean isDnsName(byte b) {
    return DNS_NAME[b & 0xff];
  }

  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  static boolean isSpace(byte b) {
    return b == SP || b == HTAB;
  }

  /** 0 to 15, or -1. */
  static int hexadecimal(byte b) {
    return HEXADECIMAL[b & 0xff];
  }

  static byte lower(byte b) {
    return LOWER[b & 0xff];
  }

  /** Whether the bytes from {@code start} to {@code end} are {@code lowerCase}, without regard to case. */
  static boolean equalsIgnoreCase(byte[] bytes, int start, int end, byte[] lowerCase) {
    if (end - start != lowerCase.length) {
      return false;
    }
    for (int i = 0; i < lowerCase.length; i++) {
      if (lower(bytes[start + i]) != lowerCase[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether the bytes from {@code start} to {@code end} begin with {@code prefix}, exactly. */
  static boolean startsWith(byte[] bytes, int start, int end, byte[] prefix) {
    if (end - start < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (bytes[start + i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether the bytes from {@code start} to {@code end} begin with {@code lowerCase}, without regard to case. */
  static boolean startsWithIgnoreCase(byte[] bytes, int start, int end, byte[] lowerCase) {
    return end - start >= lowerCase.length
        && equalsIgnoreCase(bytes, start, start + lowerCase.length, lowerCase);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static boolean[] alphanumericsAnd(String symbols) {
    var table = new boolean[BYTES];
    for (int i = 0; i < 0x80; i++) {
      table[i] = Character.isLetterOrDigit(i) || symbols.indexOf(i) >= 0;
    }
    return table;
  }

  private static boolean[] range(int first, int last) {
    var table = new boolean[BYTES];
    for (int i = first; i <= last; i++) {
      table[i] = true;
    }
    return table;
  }
}
