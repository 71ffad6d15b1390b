package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * Writes one message to one connection: its head, then its body in our own framing. Small pieces are gathered in one buffer,
 * so that a small message is one buffer and one system call; large ones pass without a copy. Owned by one event loop; reused
 * for each message.
 */
final class MessageWriter {
  /** Wants to know of trailers. */
  interface Trailers {
    /** A field line, with its line end. */
    void trailer(byte[] bytes, int start, int length);
  }

  /** Up to here, copying costs less than one more buffer to write. */
  private static final int COPY_LIMIT = 2_048;

  private static final int SIZE_LINE_BYTES = 12;
  private static final byte[] CRLF = {Grammar.CR, Grammar.LF};
  private static final byte[] LAST_CHUNK = Grammar.ascii("0\r\n\r\n");
  private static final byte[] LAST_SIZE = Grammar.ascii("0\r\n");
  private static final byte[] DIGITS = Grammar.ascii("0123456789abcdef");

  private final @Nullable Replay replay;
  private final @Nullable Trailers trailers;
  private @Nullable Channel to;
  private @Nullable ByteBuf gathered;
  private boolean isChunked;
  private boolean hasTrailers;
  private long bodyBytes;

  MessageWriter() {
    this(null, null);
  }

  /**
   * @param replay hears of all that goes out
   * @param trailers hears of each line of the trailer section
   */
  MessageWriter(@Nullable Replay replay, @Nullable Trailers trailers) {
    this.replay = replay;
    this.trailers = trailers;
  }

  /** What to add to the room for a head, so that a small body of that length fits in behind it. */
  static int roomFor(long bodyLength) {
    return bodyLength > 0 && bodyLength <= COPY_LIMIT ? (int) bodyLength : 0;
  }

  /** Begins a message whose head goes into the buffer returned. */
  ByteBuf begin(ByteBufAllocator buffers, int capacity, boolean chunked) {
    release();
    isChunked = chunked;
    hasTrailers = false;
    ByteBuf head = buffers.directBuffer(capacity);
    gathered = head;
    return head;
  }

  /** What went out so far did so in vain: until it is known where it goes next, what follows is gathered. */
  void detach() {
    to = null;
  }

  /** Where the message goes; until this is known it is gathered. */
  void attach(Channel channel) {
    to = channel;
  }

  /** The next {@code length} bytes of {@code in} belong to the body. */
  void data(ByteBuf in, int length) {
    bodyBytes += length;
    if (length == 0) {
      return;
    }
    if (isChunked) {
      sizeLine(length);
    }
    if (length <= COPY_LIMIT) {
      room(length + CRLF.length).writeBytes(in, length);
    } else {
      push();
      write(in.readRetainedSlice(length));
    }
    if (isChunked) {
      room(CRLF.length).writeBytes(CRLF);
    }
  }

  /** A field line of the trailer section; left out where the framing has no room for one. */
  void trailer(byte[] bytes, int start, int length) {
    if (trailers != null) {
      trailers.trailer(bytes, start, length);
    }
    if (!isChunked) {
      return;
    }
    if (!hasTrailers) {
      hasTrailers = true;
      room(LAST_SIZE.length).writeBytes(LAST_SIZE);
    }
    room(length).writeBytes(bytes, start, length);
  }

  /** The body is complete. */
  void end() {
    if (isChunked) {
      byte[] last = hasTrailers ? CRLF : LAST_CHUNK;
      room(last.length).writeBytes(last);
    }
  }

  /** Hands what was gathered to the channel, which does not flush yet. */
  void push() {
    ByteBuf ready = gathered;
    if (ready != null && to != null) {
      gathered = null;
      write(ready);
    }
  }

  /** Forgets the message and its channel. */
  void release() {
    to = null;
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
  }

  /** Bytes of the body, without framing, since this was last asked. */
  long takeBodyBytes() {
    long taken = bodyBytes;
    bodyBytes = 0;
    return taken;
  }

  private void sizeLine(int length) {
    ByteBuf out = room(SIZE_LINE_BYTES);
    int shift = (Integer.SIZE - 1 - Integer.numberOfLeadingZeros(length)) & ~3;
    for (; shift >= 0; shift -= 4) {
      out.writeByte(DIGITS[length >>> shift & 0xf]);
    }
    out.writeBytes(CRLF);
  }

  private ByteBuf room(int bytes) {
    ByteBuf out = gathered;
    if (out == null) {
      out = channel().alloc().directBuffer(Math.max(bytes, SIZE_LINE_BYTES));
      gathered = out;
    }
    return out.ensureWritable(bytes);
  }

  private void write(ByteBuf bytes) {
    if (replay != null) {
      replay.sent(bytes);
    }
    Sockets.write(channel(), bytes);
  }

  private Channel channel() {
    if (to == null) {
      throw new IllegalStateException("the message has no channel yet");
    }
    return to;
  }
}
