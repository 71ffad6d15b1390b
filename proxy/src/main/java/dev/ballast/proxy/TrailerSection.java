package dev.ballast.proxy;

import java.util.Arrays;

/**
 * The trailer section of one chunked body, kept until its last line is here and then passed on, but for fields that belong into
 * a head: what frames, routes or authenticates a message, says how to read it, or is meant for one hop (RFC 9110, section
 * 6.5.1). A recipient that merged such a trailer into the head would read another message than we did. Owned by a
 * {@link BodyReader}, whose state machine has validated every byte; bounded by the limit {@code trailer-bytes}.
 */
final class TrailerSection {
  private static final int FIRST_CAPACITY = 256;
  private static final byte[] CONDITIONAL_PREFIX = Grammar.ascii("if-");
  private static final byte[][] OF_HEADS =
      Arrays.stream(
              new String[] {
                "age",
                "authorization",
                "authentication-info",
                "cache-control",
                "content-encoding",
                "content-range",
                "content-type",
                "cookie",
                "date",
                "expires",
                "forwarded",
                "location",
                "max-forwards",
                "pragma",
                "proxy-authenticate",
                "proxy-authentication-info",
                "proxy-authorization",
                "range",
                "retry-after",
                "set-cookie",
                "vary",
                "via",
                "warning",
                "www-authenticate"
              })
          .map(Grammar::ascii)
          .toArray(byte[][]::new);

  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int length;

  /** The next byte of a field line, line ends included. */
  void add(byte b) {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * length);
    }
    bytes[length++] = b;
  }

  boolean isEmpty() {
    return length == 0;
  }

  void clear() {
    length = 0;
  }

  /** Hands the lines that may be passed on to the message. */
  void passTo(MessageWriter out) {
    int start = 0;
    while (start < length) {
      int nameEnd = indexOf(Grammar.COLON, start);
      int end = indexOf(Grammar.LF, nameEnd) + 1;
      if (isPassedOn(start, nameEnd)) {
        out.trailer(bytes, start, end - start);
      }
      start = end;
    }
  }

  private int indexOf(byte wanted, int from) {
    int at = from;
    while (bytes[at] != wanted) {
      at++;
    }
    return at;
  }

  private boolean isPassedOn(int start, int end) {
    if (Field.named(bytes, start, end) != Field.OTHER
        || Grammar.startsWithIgnoreCase(bytes, start, end, CONDITIONAL_PREFIX)) {
      return false;
    }
    for (byte[] name : OF_HEADS) {
      if (Grammar.equalsIgnoreCase(bytes, start, end, name)) {
        return false;
      }
    }
    return true;
  }
}
