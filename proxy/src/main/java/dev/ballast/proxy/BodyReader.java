package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Tells the bytes of one body from those of its framing, and hands the former to a {@link MessageWriter}. Chunked bodies are
 * read strictly: CRLF alone ends a line, sizes are plain hexadecimal digits, extensions are checked and dropped, trailers
 * checked and handed on
 * (RFC 9112, section 7.1). Owned by one event loop; reused for each message.
 */
final class BodyReader {
  private enum State {
    DATA,
    SIZE,
    EXTENSION,
    SIZE_LF,
    DATA_CR,
    DATA_LF,
    TRAILER_START,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    LAST_LF,
    COMPLETE
  }

  private static final int MAX_SIZE_DIGITS = 15;

  private final int lineLimit;
  private final int trailerLimit;
  private BodyFraming framing = BodyFraming.NONE;
  private State state = State.COMPLETE;
  private long remaining;
  private long allowance;
  private int lineBytes;
  private int sizeDigits;
  private boolean isAfterBlank;
  private @Nullable TrailerSection trailers;

  BodyReader(Limits limits) {
    this.lineLimit = limits.of(Limit.CHUNK_LINE_BYTES);
    this.trailerLimit = limits.of(Limit.TRAILER_BYTES);
  }

  /** Starts with a new body, of whatever size. */
  void begin(BodyFraming bodyFraming, long length) {
    begin(bodyFraming, length, Long.MAX_VALUE);
  }

  /**
   * Starts with a new body.
   *
   * @param most how long it may be; of one with a length this is known beforehand, and not looked at here
   */
  void begin(BodyFraming bodyFraming, long length, long most) {
    allowance = most;
    framing = bodyFraming;
    state =
        switch (bodyFraming) {
          case NONE -> State.COMPLETE;
          case LENGTH -> length == 0 ? State.COMPLETE : State.DATA;
          case CHUNKED -> State.SIZE;
          case UNTIL_CLOSE -> State.DATA;
        };
    remaining = bodyFraming == BodyFraming.UNTIL_CLOSE ? Long.MAX_VALUE : Math.max(0, length);
    beginLine();
    if (trailers != null) {
      trailers.clear();
    }
  }

  boolean isComplete() {
    return state == State.COMPLETE;
  }

  boolean endsWithConnection() {
    return framing == BodyFraming.UNTIL_CLOSE;
  }

  /**
   * Reads as much of {@code in} as belongs to the body; what follows its end stays in the buffer.
   *
   * @param out null: nobody wants it
   */
  @Nullable Violation read(ByteBuf in, @Nullable MessageWriter out) {
    while (state != State.COMPLETE && in.isReadable()) {
      if (state == State.DATA) {
        readData(in, out);
      } else {
        Violation violation = readFraming(in.readByte());
        if (violation != null) {
          return violation;
        }
        if (state == State.COMPLETE && trailers != null && out != null) {
          trailers.passTo(out);
        }
      }
    }
    return null;
  }

  private void readData(ByteBuf in, @Nullable MessageWriter out) {
    int length = (int) Math.min(in.readableBytes(), remaining);
    if (out == null) {
      in.skipBytes(length);
    } else {
      out.data(in, length);
    }
    if (framing == BodyFraming.UNTIL_CLOSE) {
      return;
    }
    remaining -= length;
    if (remaining == 0) {
      state = framing == BodyFraming.CHUNKED ? State.DATA_CR : State.COMPLETE;
    }
  }

  private @Nullable Violation readFraming(byte b) {
    return switch (state) {
      case SIZE -> readSize(b);
      case EXTENSION -> readExtension(b);
      case SIZE_LF -> b == Grammar.LF ? endSizeLine() : Violation.BARE_CR;
      case DATA_CR -> expect(b, Grammar.CR, State.DATA_LF);
      case DATA_LF -> expect(b, Grammar.LF, State.SIZE);
      case TRAILER_START -> readTrailerStart(b);
      case TRAILER_NAME -> readTrailerName(b);
      case TRAILER_VALUE -> readTrailerValue(b);
      case TRAILER_LF ->
          b == Grammar.LF ? takeTrailerByte(b, State.TRAILER_START) : Violation.BARE_CR;
      case LAST_LF -> b == Grammar.LF ? become(State.COMPLETE) : Violation.BARE_CR;
      case DATA, COMPLETE -> throw new AssertionError(state);
    };
  }

  private @Nullable Violation readSize(byte b) {
    int digit = Grammar.hexadecimal(b);
    if (digit >= 0) {
      remaining = remaining << 4 | digit;
      return ++sizeDigits > MAX_SIZE_DIGITS ? Violation.CHUNK_SIZE : countLineByte();
    }
    if (sizeDigits == 0) {
      return b == Grammar.LF ? Violation.BARE_LF : Violation.CHUNK_SIZE;
    }
    return switch (b) {
      case Grammar.CR -> become(State.SIZE_LF);
      case Grammar.LF -> Violation.BARE_LF;
      case ';', Grammar.SP, Grammar.HTAB -> beginExtension(b);
      default -> Violation.CHUNK_SIZE;
    };
  }

  /** BWS may stand before the semicolon of an extension, and nowhere else (RFC 9112, section 7.1.1). */
  private @Nullable Violation beginExtension(byte b) {
    isAfterBlank = b != ';';
    state = State.EXTENSION;
    return countLineByte();
  }

  private @Nullable Violation readExtension(byte b) {
    if (b == Grammar.LF) {
      return Violation.BARE_LF;
    }
    if (isAfterBlank && b != ';') {
      return Grammar.isSpace(b) ? countLineByte() : Violation.CHUNK_SIZE;
    }
    isAfterBlank = false;
    if (b == Grammar.CR) {
      return become(State.SIZE_LF);
    }
    return Grammar.isValue(b) ? countLineByte() : Violation.CHUNK_SIZE;
  }

  private @Nullable Violation endSizeLine() {
    boolean isLast = remaining == 0;
    beginLine();
    allowance -= remaining;
    if (allowance < 0) {
      return Violation.BODY_TOO_LARGE;
    }
    return become(isLast ? State.TRAILER_START : State.DATA);
  }

  private @Nullable Violation readTrailerStart(byte b) {
    if (b == Grammar.CR) {
      return become(State.LAST_LF);
    }
    if (Grammar.isSpace(b)) {
      return Violation.OBSOLETE_FOLDING;
    }
    return Grammar.isToken(b) ? takeTrailerByte(b, State.TRAILER_NAME) : notTrailer(b);
  }

  private @Nullable Violation readTrailerName(byte b) {
    if (b == Grammar.COLON) {
      return takeTrailerByte(b, State.TRAILER_VALUE);
    }
    if (Grammar.isSpace(b)) {
      return Violation.SPACE_BEFORE_COLON;
    }
    return Grammar.isToken(b) ? takeTrailerByte(b, State.TRAILER_NAME) : notTrailer(b);
  }

  private @Nullable Violation readTrailerValue(byte b) {
    if (b == Grammar.CR) {
      return takeTrailerByte(b, State.TRAILER_LF);
    }
    if (b == Grammar.LF) {
      return Violation.BARE_LF;
    }
    return Grammar.isValue(b) ? takeTrailerByte(b, State.TRAILER_VALUE) : Violation.FIELD_VALUE;
  }

  private static Violation notTrailer(byte b) {
    return b == Grammar.LF ? Violation.BARE_LF : Violation.FIELD_NAME;
  }

  private @Nullable Violation expect(byte b, byte wanted, State next) {
    if (b != wanted) {
      return Violation.CHUNK_END;
    }
    if (next == State.SIZE) {
      beginLine();
      remaining = 0;
    }
    return become(next);
  }

  private @Nullable Violation become(State next) {
    state = next;
    return null;
  }

  private void beginLine() {
    lineBytes = 0;
    sizeDigits = 0;
    isAfterBlank = false;
  }

  private @Nullable Violation countLineByte() {
    return ++lineBytes > lineLimit ? Violation.CHUNK_LINE_TOO_LONG : null;
  }

  private @Nullable Violation takeTrailerByte(byte b, State next) {
    state = next;
    if (trailers == null) {
      trailers = new TrailerSection();
    }
    trailers.add(b);
    return ++lineBytes > trailerLimit ? Violation.TRAILER_TOO_LARGE : null;
  }
}
