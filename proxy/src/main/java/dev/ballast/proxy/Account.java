package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an exchange or a stream: begun, tried, answered, ended. At its end it is counted for its route and its pool,
 * and leaves a line in the access log if its load balancer has one. Owned by the event loop of the client's connection, which has
 * one for all its exchanges in turn; nothing is allocated.
 */
final class Account {
  static final long NEVER = Long.MIN_VALUE;

  private final Loop loop;
  private final Peer peer;
  private Books books = Books.NONE;
  private boolean isOpen;
  private boolean isStream;
  private @Nullable RouteCell cell;
  private @Nullable LogEntry entry;
  private @Nullable Origin origin;
  private @Nullable BackendHandle backend;
  private @Nullable Reason reason;
  private boolean isBroken;
  private int status;
  private int tries;
  private long beganNanos;
  private long sentNanos;
  private long firstByteNanos = NEVER;
  private long endNanos;
  private long bytesIn;
  private long bytesOut;

  Account(Loop loop, Peer peer) {
    this.loop = loop;
    this.peer = peer;
  }

  /**
   * A request begins, whose head the loop has just read.
   *
   * @param from on whose behalf; null as long as that is not known
   */
  void begin(Books in, RequestHead head, @Nullable Origin from, long nowNanos) {
    open(in, nowNanos);
    isStream = false;
    if (in.log() != null) {
      LogEntry copy = loop.log().lend();
      copy.take(head);
      entry = copy;
      origin = from;
    }
  }

  /** A request begins whose head can't be read. */
  void beginUnread(Books in, long nowNanos) {
    open(in, nowNanos);
    isStream = false;
  }

  /** A stream begins. */
  void beginStream(Books in, long nowNanos) {
    open(in, nowNanos);
    isStream = true;
  }

  private void open(Books in, long nowNanos) {
    books = in;
    isOpen = true;
    isBroken = false;
    reason = null;
    backend = null;
    status = 0;
    tries = 0;
    bytesIn = 0;
    bytesOut = 0;
    beganNanos = nowNanos;
    sentNanos = nowNanos;
    firstByteNanos = NEVER;
    RouteAccount account = in.account();
    cell = account == null ? null : account.cell(loop);
    if (cell != null) {
      cell.began();
    }
  }

  /** It goes to this backend. */
  void tried(BackendHandle picked) {
    backend = picked;
    tries++;
  }

  /** The connection that was opened for it has come about. */
  void connected(long nanos) {
    if (backend != null) {
      backend.pool().cell(loop).connects().add(nanos);
    }
  }

  /** The request was sent, as far as it has come. */
  void sent(long nowNanos) {
    sentNanos = nowNanos;
  }

  /** How long ago that was. */
  long sinceSentNanos(long nowNanos) {
    return nowNanos - sentNanos;
  }

  /** The backend's final answer begins. */
  void answered(int withStatus, long nowNanos) {
    status = withStatus;
    firstByteNanos = nowNanos;
    declined(withStatus, nowNanos);
  }

  /** The backend's final answer begins, and another one's is asked for in its place. */
  void declined(int withStatus, long nowNanos) {
    BackendHandle by = backend;
    if (by != null) {
      by.pool().cell(loop).answers().add(nowNanos - sentNanos);
      by.cell(loop).answered(withStatus);
    }
  }

  /** We answer instead. */
  void answeredByUs(int withStatus, @Nullable Reason why, ByteBuf answer, long nowNanos) {
    status = withStatus;
    reason = why;
    firstByteNanos = nowNanos;
    if (books.log() != null) {
      bytesOut = bodyLength(answer);
    }
  }

  private static int bodyLength(ByteBuf answer) {
    int end = answer.writerIndex();
    for (int at = answer.readerIndex(); at + 4 <= end; at++) {
      if (answer.getInt(at) == 0x0d0a0d0a) {
        return end - at - 4;
      }
    }
    return 0;
  }

  /** Bytes of bodies or of the stream have passed. */
  void passed(long in, long out) {
    bytesIn += in;
    bytesOut += out;
  }

  /** The backend switches protocols: from here on it is a stream. */
  void switched(int withStatus, long nowNanos) {
    answered(withStatus, nowNanos);
    isStream = true;
  }

  /** It is broken off: no answer, or not all of it, has reached the client. */
  void breakOff(@Nullable Reason why, long nowNanos) {
    if (isOpen) {
      isBroken = true;
      reason = why;
      end(nowNanos);
    }
  }

  /** It is over. Repeating it does nothing. */
  void end(long nowNanos) {
    if (!isOpen) {
      return;
    }
    isOpen = false;
    endNanos = nowNanos;
    if (cell != null) {
      cell.ended(outcome(), nowNanos - beganNanos);
      cell = null;
    }
    LogPlan log = books.log();
    if (log != null) {
      leaveLine(log);
    }
    books = Books.NONE;
    backend = null;
    origin = null;
  }

  private RouteCounter outcome() {
    if (isStream && status == 0) {
      return isBroken ? RouteCounter.BROKEN : RouteCounter.STREAMED;
    }
    return RouteCounter.ofAnswer(status);
  }

  /** What failed always leaves a line, and has no part in the turns of the others. */
  private void leaveLine(LogPlan log) {
    if (isBroken || status >= 500 || log.isDue(loop)) {
      loop.log().write(log, this);
    }
    if (entry != null) {
      loop.log().giveBack(entry);
      entry = null;
    }
  }

  Books books() {
    return books;
  }

  Peer peer() {
    return peer;
  }

  boolean isStream() {
    return isStream;
  }

  boolean isBroken() {
    return isBroken;
  }

  /** Of a request whose head could be read; else null. */
  @Nullable LogEntry entry() {
    return entry;
  }

  @Nullable Origin origin() {
    return origin;
  }

  /** The last one that was tried. */
  @Nullable BackendHandle backend() {
    return backend;
  }

  @Nullable Reason reason() {
    return reason;
  }

  /** 0 if there was no answer. */
  int status() {
    return status;
  }

  int tries() {
    return tries;
  }

  long nanos() {
    return endNanos - beganNanos;
  }

  /** From the beginning to the first byte of the answer; negative if there was none. */
  long firstByteNanos() {
    return firstByteNanos == NEVER ? -1 : firstByteNanos - beganNanos;
  }

  long bytesIn() {
    return bytesIn;
  }

  long bytesOut() {
    return bytesOut;
  }
}
