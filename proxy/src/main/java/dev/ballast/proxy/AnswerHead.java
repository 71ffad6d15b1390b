package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The head of one answer of a backend: validated as strictly as a request, and cut into offsets in a byte array of the event
 * loop, which reuses it for each head (RFC 9112, section 4).
 */
final class AnswerHead {
  private static final byte[] HTTP_1 = Grammar.ascii("HTTP/1.");
  private static final int VERSION_LENGTH = 8;
  private static final int STATUS_LENGTH = 3;

  private final byte[] bytes;
  private final FieldLines fields;
  private final Framing framing = new Framing();
  private int status;
  private int reasonEnd;
  private boolean isHttp10;
  private final Upgrade upgrade = new Upgrade();

  AnswerHead(Limits limits) {
    this.bytes = new byte[limits.of(Limit.HEAD_BYTES)];
    this.fields = new FieldLines(limits);
  }

  /** Reads the first {@code length} bytes of {@code in}, a whole head, and leaves the buffer as it is. */
  @Nullable Violation read(ByteBuf in, int length) {
    in.getBytes(in.readerIndex(), bytes, 0, length);
    int lineEnd =
        in.indexOf(in.readerIndex(), in.readerIndex() + length, Grammar.LF) + 1 - in.readerIndex();
    if (!readStatusLine(lineEnd - 2)) {
      return Violation.STATUS_LINE;
    }
    Violation violation = fields.read(bytes, lineEnd, length);
    return violation == null ? framing.read(bytes, fields, !isHttp10) : violation;
  }

  private boolean readStatusLine(int end) {
    int statusStart = VERSION_LENGTH + 1;
    int statusEnd = statusStart + STATUS_LENGTH;
    if (end < statusEnd || !readVersion() || bytes[VERSION_LENGTH] != Grammar.SP) {
      return false;
    }
    status = 0;
    for (int at = statusStart; at < statusEnd; at++) {
      if (!Grammar.isDigit(bytes[at])) {
        return false;
      }
      status = status * 10 + (bytes[at] - '0');
    }
    return status >= 100 && status < 600 && readReason(statusEnd, end);
  }

  private boolean readVersion() {
    byte minor = bytes[HTTP_1.length];
    isHttp10 = minor == '0';
    return Grammar.startsWith(bytes, 0, VERSION_LENGTH, HTTP_1) && (minor == '0' || minor == '1');
  }

  /** The reason phrase may be empty, and many servers then leave out the space before it, too. */
  private boolean readReason(int start, int end) {
    reasonEnd = end;
    if (start < end && bytes[start] != Grammar.SP) {
      return false;
    }
    for (int at = start; at < end; at++) {
      if (!Grammar.isValue(bytes[at])) {
        return false;
      }
    }
    return true;
  }

  byte[] bytes() {
    return bytes;
  }

  FieldLines fields() {
    return fields;
  }

  Framing framing() {
    return framing;
  }

  int status() {
    return status;
  }

  /** Where the status code begins. */
  int statusStart() {
    return VERSION_LENGTH + 1;
  }

  /** Where the reason phrase ends. */
  int reasonEnd() {
    return reasonEnd;
  }

  boolean hasReason() {
    return reasonEnd > statusStart() + STATUS_LENGTH;
  }

  boolean isInterim() {
    return status < 200;
  }

  boolean isSwitch() {
    return status == 101;
  }

  /** Whether the backend switches to just the protocol that was asked for. */
  boolean switchesTo(byte[] asked) {
    upgrade.clear();
    for (int line = 0; line < fields.count(); line++) {
      if (fields.kind(line) == Field.UPGRADE) {
        upgrade.read(bytes, fields.valueStart(line), fields.valueEnd(line));
      }
    }
    return upgrade.isPassedOn()
        && fields.hasUpgrade()
        && !isHttp10
        && Grammar.equalsIgnoreCase(bytes, upgrade.start(), upgrade.end(), asked);
  }

  /** How its body ends, given what was asked (RFC 9112, section 6.3). */
  BodyFraming bodyFraming(Method asked) {
    if (asked == Method.HEAD || isInterim() || status == 204 || status == 304) {
      return BodyFraming.NONE;
    }
    if (framing.isChunked()) {
      return BodyFraming.CHUNKED;
    }
    return framing.length() == Framing.NO_LENGTH ? BodyFraming.UNTIL_CLOSE : BodyFraming.LENGTH;
  }

  /** Whether the backend means to use the connection again. */
  boolean keepsAlive() {
    return !fields.hasClose() && (!isHttp10 || fields.hasKeepAlive());
  }
}
