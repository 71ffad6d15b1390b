package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the next head on a connection ends, line by line, as its bytes arrive: no line that has ended is looked at twice,
 * however small the pieces are, and what is wrong already or too long already is refused without waiting for the rest.
 */
final class HeadReader {
  /** The head is not here in full. */
  static final int MORE = 0;

  /** It never will be: see {@link #violation}. */
  static final int REFUSED = -1;

  private final boolean isForRequests;
  private final int firstLineLimit;
  private final int fieldLineLimit;
  private final int headLimit;
  private int lineStart;
  private boolean hasSkippedEmptyLine;
  private Violation violation = Violation.REQUEST_LINE;

  private HeadReader(Limits limits, boolean isForRequests) {
    this.isForRequests = isForRequests;
    this.firstLineLimit = limits.of(Limit.REQUEST_LINE_BYTES);
    this.fieldLineLimit = limits.of(Limit.FIELD_LINE_BYTES);
    this.headLimit = limits.of(Limit.HEAD_BYTES);
  }

  static HeadReader ofRequests(Limits limits) {
    return new HeadReader(limits, true);
  }

  static HeadReader ofAnswers(Limits limits) {
    return new HeadReader(limits, false);
  }

  /**
   * Looks for the end of the head that begins at the reader index.
   *
   * @param in all that was received and not used, at least one byte
   * @return the length of the head with its empty line, or {@link #MORE}, or {@link #REFUSED}
   */
  int read(ByteBuf in) {
    if (isForRequests && lineStart == 0) {
      byte first = in.getByte(in.readerIndex());
      if (first == Grammar.CR && !hasSkippedEmptyLine) {
        return skipEmptyLine(in);
      }
      if (!Grammar.isToken(first)) {
        return refuse(Violation.REQUEST_LINE);
      }
    }
    return findEnd(in);
  }

  private int findEnd(ByteBuf in) {
    int base = in.readerIndex();
    int start = base + lineStart;
    for (int lf = lineFeed(in, start); lf >= 0; lf = lineFeed(in, start)) {
      Violation tooMuch = tooMuch(start - base, lf + 1 - base);
      if (tooMuch != null) {
        return refuse(tooMuch);
      }
      if (lf == start || in.getByte(lf - 1) != Grammar.CR) {
        return refuse(Violation.BARE_LF);
      }
      if (lf - 1 == start) {
        return complete(lf + 1 - base);
      }
      start = lf + 1;
    }
    lineStart = start - base;
    Violation tooMuch = tooMuch(lineStart, in.readableBytes());
    return tooMuch == null ? MORE : refuse(tooMuch);
  }

  private static int lineFeed(ByteBuf in, int from) {
    return in.indexOf(from, in.writerIndex(), Grammar.LF);
  }

  /** One empty line before a request is forgiven (RFC 9112, section 2.2). */
  private int skipEmptyLine(ByteBuf in) {
    if (in.readableBytes() < 2) {
      return MORE;
    }
    if (in.getByte(in.readerIndex() + 1) != Grammar.LF) {
      return refuse(Violation.BARE_CR);
    }
    in.skipBytes(2);
    hasSkippedEmptyLine = true;
    return in.isReadable() ? read(in) : MORE;
  }

  private int complete(int length) {
    lineStart = 0;
    hasSkippedEmptyLine = false;
    return length;
  }

  /** Which limit a line breaks first, if it reaches from {@code start} to {@code end} or further. */
  private @Nullable Violation tooMuch(int start, int end) {
    int lineLimit = start == 0 ? firstLineLimit : fieldLineLimit;
    if (end - start > lineLimit && start + lineLimit <= headLimit) {
      return start == 0 ? Violation.REQUEST_LINE_TOO_LONG : Violation.FIELD_LINE_TOO_LONG;
    }
    return end > headLimit ? Violation.HEAD_TOO_LARGE : null;
  }

  private int refuse(Violation found) {
    violation = found;
    return REFUSED;
  }

  /** What was wrong with the head that was refused. */
  Violation violation() {
    return violation;
  }
}
