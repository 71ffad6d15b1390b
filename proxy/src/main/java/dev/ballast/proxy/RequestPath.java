package dev.ballast.proxy;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The path of a request in the forms that count. Owned by one event loop, which reuses it for each head.
 *
 * <ul>
 *   <li><b>passed on</b>: what the backend is asked for. Dot segments are resolved, encoded letters, digits and {@code - . _ ~}
 *       are decoded, other encodings are written in upper case (RFC 3986, section 6.2.2); all else stays as it came.
 *   <li><b>matched</b>: what routes are compared with: the former, decoded, but for {@code %2F} and {@code %25}, so that an
 *       encoded slash is no segment border.
 *   <li><b>other readings</b>: how a more lenient backend might read what it is passed, see {@link #read(int)}. If one of these
 *       would have taken another route, the request is refused: nobody reaches by a trick of writing what is kept from
 *       him.
 * </ul>
 *
 * <p>Most paths are the same in all forms, and are not copied.
 */
final class RequestPath {
  /** A reading in which {@code %2F}, {@code %5C} and the backslash are slashes. */
  static final int SLASHES = 1;

  /** A reading in which a segment ends at its first semicolon. */
  static final int PARAMETERS = 2;

  /** A reading in which several slashes are one. */
  static final int MERGED = 4;

  static final int READINGS = 8;

  private static final byte[] ENCODED_SLASH = Grammar.ascii("%2F");
  private static final byte[] DIGITS = Grammar.ascii("0123456789ABCDEF");
  private static final boolean[] IS_PLAIN = new boolean[256];
  private static final boolean[] IS_UNRESERVED = new boolean[256];
  private static final int ABOVE_ROOT = -1;

  static {
    for (int i = 0; i < IS_PLAIN.length; i++) {
      IS_PLAIN[i] = "/.%\\;".indexOf(i) < 0;
      IS_UNRESERVED[i] = i < 0x80 && (Character.isLetterOrDigit(i) || "-._~".indexOf(i) >= 0);
    }
  }

  private final int mostAmbiguous;
  private final byte[] passedBytes;
  private final byte[] matchedBytes;
  private final byte[] readBytes;
  private final int[] origins;
  private byte[] passed = {};
  private int passedStart;
  private int passedEnd;
  private byte[] matched = {};
  private int matchedStart;
  private int matchedEnd;
  private int readEnd;
  private boolean isCopied;
  private int ambiguities;

  /**
   * Room for one.
   *
   * @param most the longest path, in bytes
   * @param mostAmbiguous the longest one that is worth being read in several ways
   */
  RequestPath(int most, int mostAmbiguous) {
    this.mostAmbiguous = mostAmbiguous;
    this.passedBytes = new byte[most];
    this.matchedBytes = new byte[most];
    this.readBytes = new byte[most];
    this.origins = new int[most + 1];
  }

  /** Reads a path, or {@code *}, of visible characters. */
  @Nullable Violation read(byte[] bytes, int start, int end) {
    passed = bytes;
    passedStart = start;
    passedEnd = end;
    isCopied = !isPlain(bytes, start, end);
    ambiguities = 0;
    Violation violation = isCopied ? normalise(bytes, start, end) : null;
    matched = isCopied ? matchedBytes : bytes;
    matchedStart = passedStart;
    matchedEnd = passedEnd;
    if (isCopied && violation == null) {
      decode();
    }
    return violation;
  }

  /** Whether nothing in it can be written in another way. */
  private static boolean isPlain(byte[] bytes, int start, int end) {
    byte before = 0;
    for (int at = start; at < end; at++) {
      byte b = bytes[at];
      if (!IS_PLAIN[b & 0xff] && isSpecial(bytes, at, end, before)) {
        return false;
      }
      before = b;
    }
    return true;
  }

  private static boolean isSpecial(byte[] bytes, int at, int end, byte before) {
    return switch (bytes[at]) {
      case '/' -> before == '/';
      case '.' -> before == '/' && isDotSegment(bytes, at, end);
      default -> true;
    };
  }

  /** Whether a segment of one or two dots begins here, perhaps in disguise. */
  private static boolean isDotSegment(byte[] bytes, int start, int end) {
    int at = start + 1;
    if (at < end && bytes[at] == '.') {
      at++;
    }
    return at == end || !IS_PLAIN[bytes[at] & 0xff];
  }

  private @Nullable Violation normalise(byte[] bytes, int start, int end) {
    int out = 0;
    for (int at = start; at < end; at++) {
      byte b = bytes[at];
      if (b != '%') {
        passedBytes[out++] = b;
        continue;
      }
      int octet = octet(bytes, at, end);
      if (octet <= 0) {
        return Violation.PATH_ENCODING;
      }
      out = IS_UNRESERVED[octet] ? put(passedBytes, out, octet) : encode(octet, passedBytes, out);
      at += 2;
    }
    passed = passedBytes;
    passedStart = 0;
    passedEnd = resolveDots(passedBytes, out);
    return passedEnd == ABOVE_ROOT ? Violation.PATH_ABOVE_ROOT : null;
  }

  /** What two hexadecimal digits after a percent sign stand for, or -1. */
  private static int octet(byte[] bytes, int percent, int end) {
    if (percent + 2 >= end) {
      return -1;
    }
    int high = Grammar.hexadecimal(bytes[percent + 1]);
    int low = Grammar.hexadecimal(bytes[percent + 2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  private static int put(byte[] to, int at, int octet) {
    to[at] = (byte) octet;
    return at + 1;
  }

  /** Writes {@code %XX}; answers where that ends. */
  static int encode(int octet, byte[] to, int at) {
    to[at] = '%';
    to[at + 1] = DIGITS[octet >>> 4];
    to[at + 2] = DIGITS[octet & 0xf];
    return at + 3;
  }

  /** Takes out dot segments in place (RFC 3986, section 5.2.4); answers the new length, or {@link #ABOVE_ROOT}. */
  private static int resolveDots(byte[] bytes, int length) {
    int out = 0;
    int at = 0;
    while (at < length) {
      int end = segmentEnd(bytes, at + 1, length);
      int dots = dots(bytes, at + 1, end);
      if (dots == 2) {
        if (out == 0) {
          return ABOVE_ROOT;
        }
        out = lastSlash(bytes, out - 1);
      }
      if (dots == 0) {
        System.arraycopy(bytes, at, bytes, out, end - at);
        out += end - at;
      } else if (end == length) {
        bytes[out++] = '/';
      }
      at = end;
    }
    return out;
  }

  private static int segmentEnd(byte[] bytes, int from, int length) {
    int at = from;
    while (at < length && bytes[at] != '/') {
      at++;
    }
    return at;
  }

  private static int lastSlash(byte[] bytes, int from) {
    int at = from;
    while (bytes[at] != '/') {
      at--;
    }
    return at;
  }

  /** 1 or 2 if the segment is nothing but as many dots, else 0. */
  private static int dots(byte[] bytes, int start, int end) {
    int length = end - start;
    boolean isDots = (length == 1 || length == 2) && bytes[start] == '.' && bytes[end - 1] == '.';
    return isDots ? length : 0;
  }

  private void decode() {
    int out = 0;
    byte before = 0;
    for (int at = 0; at < passedEnd; at++) {
      origins[out] = at;
      int octet = passedBytes[at] == '%' ? octet(passedBytes, at, passedEnd) : passedBytes[at];
      ambiguities |= ambiguity(octet, before);
      before = (byte) octet;
      boolean isKept = passedBytes[at] == '%' && (octet == '/' || octet == '%');
      if (isKept) {
        origins[out + 1] = at;
        origins[out + 2] = at;
        before = 0;
      }
      out = isKept ? encode(octet, matchedBytes, out) : put(matchedBytes, out, octet);
      at += passedBytes[at] == '%' ? 2 : 0;
      ambiguities |= isKept && octet == '/' ? SLASHES : 0;
    }
    origins[out] = passedEnd;
    matchedStart = 0;
    matchedEnd = out;
  }

  private static int ambiguity(int octet, byte before) {
    return switch (octet) {
      case '\\' -> SLASHES;
      case ';' -> PARAMETERS;
      case '/' -> before == '/' ? MERGED : 0;
      default -> 0;
    };
  }

  /** Whether a backend might read it in another way than it is matched. */
  boolean isAmbiguous() {
    return ambiguities != 0;
  }

  /**
   * Reads the path as a lenient backend might: with {@link #SLASHES}, {@link #PARAMETERS}, {@link #MERGED} or several of them.
   *
   * @return where this reading ends in {@link #reading}; negative if it leads above the root
   */
  int read(int lenience) {
    int out = 0;
    boolean isParameter = false;
    for (int at = 0; at < matchedEnd; at++) {
      byte b = matchedBytes[at];
      if ((lenience & SLASHES) != 0) {
        boolean isEncodedSlash = Grammar.startsWith(matchedBytes, at, matchedEnd, ENCODED_SLASH);
        at += isEncodedSlash ? 2 : 0;
        b = isEncodedSlash || b == '\\' ? (byte) '/' : b;
      }
      isParameter = b != '/' && (isParameter || (b == ';' && (lenience & PARAMETERS) != 0));
      boolean isRepeated =
          (lenience & MERGED) != 0 && b == '/' && out > 0 && readBytes[out - 1] == '/';
      if (!isParameter && !isRepeated) {
        readBytes[out++] = b;
      }
    }
    readEnd = resolveDots(readBytes, out);
    return readEnd;
  }

  /** Whether it is too long to be read in all the ways that it might be. */
  boolean isTooLong() {
    return matchedEnd - matchedStart > mostAmbiguous;
  }

  /** Whether this reading is worth a look: all that it is lenient about is there, or may come of what is there. */
  boolean mayBeRead(int lenience) {
    return (lenience & ~(ambiguities | MERGED)) == 0;
  }

  /** The path as it was last read by {@link #read(int)}, from 0. */
  byte[] reading() {
    return readBytes;
  }

  byte[] passed() {
    return passed;
  }

  int passedStart() {
    return passedStart;
  }

  int passedEnd() {
    return passedEnd;
  }

  byte[] matched() {
    return matched;
  }

  int matchedStart() {
    return matchedStart;
  }

  int matchedEnd() {
    return matchedEnd;
  }

  /** Where in {@link #passed} the byte stands that is the given one of the matched ones, counted from the first. */
  int passedAt(int matchedOffset) {
    return isCopied ? origins[matchedOffset] : passedStart + matchedOffset;
  }

  /** A path of the configuration in the form that paths of requests are matched in. */
  static byte[] pattern(byte[] configured) {
    var path = new RequestPath(configured.length, configured.length);
    boolean isProper = path.read(configured, 0, configured.length) == null;
    return isProper
        ? Arrays.copyOfRange(path.matched, path.matchedStart, path.matchedEnd)
        : configured;
  }
}
