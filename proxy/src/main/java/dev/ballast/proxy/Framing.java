package dev.ballast.proxy;

import org.jspecify.annotations.Nullable;

/**
 * What Content-Length and Transfer-Encoding of a head say, strictly: one length or one {@code chunked}, never both, never
 * twice, so that no two readers can differ on where the message ends (RFC 9112, section 6.3). Reused for each head.
 */
final class Framing {
  /** There is no Content-Length. */
  static final long NO_LENGTH = -1;

  private static final byte[] CHUNKED = Grammar.ascii("chunked");
  private static final int MAX_DIGITS = 18;

  private long length;
  private boolean isChunked;

  @Nullable Violation read(byte[] bytes, FieldLines fields, boolean mayChunk) {
    length = NO_LENGTH;
    isChunked = false;
    for (int line = 0; line < fields.count(); line++) {
      Violation violation =
          switch (fields.kind(line)) {
            case CONTENT_LENGTH ->
                readLength(bytes, fields.valueStart(line), fields.valueEnd(line));
            case TRANSFER_ENCODING ->
                readCoding(bytes, fields.valueStart(line), fields.valueEnd(line), mayChunk);
            default -> null;
          };
      if (violation != null) {
        return violation;
      }
    }
    return isChunked && length != NO_LENGTH ? Violation.LENGTH_WITH_TRANSFER_ENCODING : null;
  }

  private @Nullable Violation readLength(byte[] bytes, int start, int end) {
    if (length != NO_LENGTH) {
      return Violation.LENGTH_DUPLICATE;
    }
    if (start == end || end - start > MAX_DIGITS) {
      return Violation.LENGTH;
    }
    long value = 0;
    for (int at = start; at < end; at++) {
      if (!Grammar.isDigit(bytes[at])) {
        return Violation.LENGTH;
      }
      value = value * 10 + (bytes[at] - '0');
    }
    length = value;
    return null;
  }

  private @Nullable Violation readCoding(byte[] bytes, int start, int end, boolean mayChunk) {
    if (isChunked || !mayChunk || start == end) {
      return Violation.TRANSFER_ENCODING;
    }
    if (!Grammar.equalsIgnoreCase(bytes, start, end, CHUNKED)) {
      return Violation.TRANSFER_ENCODING_UNKNOWN;
    }
    isChunked = true;
    return null;
  }

  /** The Content-Length, or {@link #NO_LENGTH}. */
  long length() {
    return length;
  }

  boolean isChunked() {
    return isChunked;
  }
}
