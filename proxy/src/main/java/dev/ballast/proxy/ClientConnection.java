package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import org.jspecify.annotations.Nullable;

/**
 * A client's HTTP/1.1 connection: reads a head, routes the request, and hands it to the exchange; then the next one. Owned by
 * one event loop. Requests sent ahead wait in the kernel until their turn: at most one read of them is kept here.
 */
final class ClientConnection extends ClientSide {
  private enum State {
    BETWEEN_REQUESTS,
    EXCHANGING,
    /** The last answer is being written. */
    CLOSING,
    /** It is written; what the client still sends is thrown away, so that it can read the answer before the end. */
    LINGERING,
    CLOSED
  }

  private final Loop loop;
  private final SocketChannel channel;
  private final Origin origin;
  private final HeadReader heads;
  private final Account account;
  private State state = State.BETWEEN_REQUESTS;
  private RoutePolicy policy = RoutePolicy.NONE;
  private @Nullable Exchange exchange;
  private @Nullable ByteBuf received;
  private boolean isHeadBegun;
  private boolean isProceeding;
  private int discardedBytes;

  ClientConnection(Loop loop, Port port, SocketChannel channel, Peer peer) {
    super(loop, port, peer);
    this.loop = loop;
    this.channel = channel;
    this.origin = new Origin(peer);
    this.account = new Account(loop, peer);
    this.heads = HeadReader.ofRequests(loop.limits());
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    loop.opened(this);
    awaitRequest(loop.nowNanos());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    loop.counts().add(Counter.BYTES_IN, in.readableBytes());
    switch (state) {
      case BETWEEN_REQUESTS, EXCHANGING -> {
        received = Buffers.joined(received, in);
        proceed(loop.nowNanos());
      }
      case CLOSING, LINGERING, CLOSED -> discard(in);
    }
  }

  /** Uses what was received as far as it can be used now. What this leads to may call it again: the first call goes on. */
  private void proceed(long nowNanos) {
    if (isProceeding) {
      return;
    }
    isProceeding = true;
    boolean isUseful = true;
    while (isUseful && received != null && received.isReadable()) {
      isUseful = use(received, nowNanos);
    }
    isProceeding = false;
    if (received != null && (isOver() || !received.isReadable())) {
      drop();
    }
    adjustReading();
  }

  private boolean use(ByteBuf in, long nowNanos) {
    return switch (state) {
      case BETWEEN_REQUESTS -> channel.isWritable() && readHead(in, nowNanos);
      case EXCHANGING -> passBody(in, nowNanos);
      case CLOSING, LINGERING, CLOSED -> false;
    };
  }

  private boolean isOver() {
    return state != State.BETWEEN_REQUESTS && state != State.EXCHANGING;
  }

  private boolean readHead(ByteBuf in, long nowNanos) {
    int length = heads.read(in);
    if (length == HeadReader.MORE) {
      beginHead(nowNanos);
      return false;
    }
    if (length == HeadReader.REFUSED) {
      refuse(heads.violation(), nowNanos);
      return false;
    }
    RequestHead head = loop.requestHead();
    Violation violation = head.read(in, length);
    in.skipBytes(length);
    isHeadBegun = false;
    if (violation == null) {
      loop.router().route(this, head, length, nowNanos);
    } else {
      refuse(violation, nowNanos);
    }
    return true;
  }

  private void beginHead(long nowNanos) {
    if (!isHeadBegun) {
      isHeadBegun = true;
      scheduleHead(nowNanos);
    }
  }

  /** A head's time runs while we read; while the client leaves answers untaken, we don't. */
  private void scheduleHead(long nowNanos) {
    Limit limit = channel.isWritable() ? Limit.HEAD_MILLIS : Limit.KEEP_ALIVE_MILLIS;
    schedule(nowNanos + loop.limits().nanosOf(limit));
  }

  /** From here on what we answer by ourselves is as this policy has it. */
  void serveBy(RoutePolicy routePolicy) {
    policy = routePolicy;
  }

  /** The request goes to a pool. */
  void begin(
      RequestHead head, int headLength, RoutePolicy routePolicy, PoolPlan pool, long nowNanos) {
    state = State.EXCHANGING;
    exchange().begin(head, headLength, routePolicy, pool, nowNanos);
  }

  private Exchange exchange() {
    if (exchange == null) {
      exchange = new Exchange(this, loop);
    }
    return exchange;
  }

  private boolean passBody(ByteBuf in, long nowNanos) {
    if (!exchange().takesBody()) {
      return false;
    }
    exchange().requestBody(in, nowNanos);
    return true;
  }

  /** The request is on its way: its body may follow. */
  void continueBody(long nowNanos) {
    proceed(nowNanos);
  }

  /**
   * Reads while what comes can be used; bytes that must wait are left in the kernel, all but one read of them. A client that
   * does not take its answers is not asked for further requests.
   */
  void adjustReading() {
    boolean isReading =
        switch (state) {
          case BETWEEN_REQUESTS -> channel.isWritable();
          case EXCHANGING -> received == null && exchange().isUpstreamWritable();
          case CLOSING -> mayDiscardMore();
          case LINGERING, CLOSED -> true;
        };
    Sockets.read(channel, isReading, loop);
  }

  /**
   * The exchange is over.
   *
   * @param mayMoreCome whether the client may still be sending, this request or the next one
   */
  void answered(boolean isKept, boolean mayMoreCome, long nowNanos) {
    if (isKept) {
      awaitRequest(nowNanos);
    } else {
      end(mayMoreCome, nowNanos);
    }
  }

  private void awaitRequest(long nowNanos) {
    state = State.BETWEEN_REQUESTS;
    policy = RoutePolicy.NONE;
    origin.end();
    Limit patience = mayPersist() ? Limit.KEEP_ALIVE_MILLIS : Limit.RETIRED_IDLE_MILLIS;
    schedule(nowNanos + loop.limits().nanosOf(patience));
    proceed(nowNanos);
  }

  private void refuse(Violation violation, long nowNanos) {
    loop.refusedRequests().increment(violation);
    refuseUnread(violation, nowNanos);
  }

  /** Of the request nothing is known. */
  private void refuseUnread(Reason reason, long nowNanos) {
    account.beginUnread(port().plan().http().refused(), nowNanos);
    answer(reason, "", false, false, false, nowNanos);
  }

  /** Answers by ourselves. */
  void answer(
      Reason reason,
      String detail,
      boolean isKept,
      boolean isForHead,
      boolean isHttp10,
      long nowNanos) {
    boolean isLast = !isKept || !mayPersist();
    Persistence persistence = Persistence.of(!isLast, isHttp10);
    loop.count(Counter.ofAnswer(reason.status()));
    ByteBuf answer =
        OwnAnswer.of(buffers(), reason, detail, policy, origin, persistence, isForHead);
    account.answeredByUs(reason.status(), reason, answer, nowNanos);
    send(answer, !isLast, nowNanos);
  }

  /** Writes an answer that is ours, whole. */
  void send(ByteBuf answer, boolean isKept, long nowNanos) {
    Sockets.write(channel, answer);
    channel.flush();
    account.end(nowNanos);
    if (isKept) {
      awaitRequest(nowNanos);
      proceed(nowNanos);
    } else {
      end(true, nowNanos);
    }
  }

  /** Whether it may serve another request: its listener has not gone. */
  boolean mayPersist() {
    return !port().isRetired();
  }

  /** The protocol was switched: what has come of the client and what will come is the stream's. */
  void becomeStream(TcpStream stream, @Nullable ByteBuf fromBackend, long nowNanos) {
    state = State.CLOSED;
    loop.deadlines().cancel(this);
    ByteBuf fromClient = received;
    received = null;
    loop.replace(this, stream);
    channel.pipeline().replace(this, null, stream);
    stream.begin(fromClient, fromBackend, nowNanos);
  }

  /**
   * Closes when all is written. A client that may still be sending gets the time to read the answer before the end: closed with
   * bytes unread, a connection ends with a reset, which can overtake the answer.
   */
  private void end(boolean mayMoreCome, long nowNanos) {
    state = State.CLOSING;
    schedule(nowNanos + loop.limits().nanosOf(Limit.KEEP_ALIVE_MILLIS));
    boolean isMoreComing = mayMoreCome || received != null;
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener((ChannelFutureListener) written -> written(isMoreComing));
  }

  private void written(boolean isMoreComing) {
    if (isMoreComing || discardedBytes > 0) {
      linger();
    } else {
      Sockets.close(channel);
    }
  }

  private void linger() {
    if (state == State.CLOSING && channel.isActive()) {
      state = State.LINGERING;
      discardedBytes = 0;
      loop.count(Counter.CONNECTIONS_LINGERING);
      Sockets.endOutput(channel);
      Sockets.read(channel, true, loop);
      schedule(loop.nowNanos() + loop.limits().nanosOf(Limit.LINGER_MILLIS));
    }
  }

  /** While the answer is being written, too much of it is only left in the kernel; after that, it ends the connection. */
  private void discard(ByteBuf in) {
    discardedBytes += in.readableBytes();
    in.release();
    if (mayDiscardMore()) {
      return;
    }
    if (state == State.CLOSING) {
      adjustReading();
    } else if (channel.isOpen()) {
      loop.count(Counter.LINGERS_CUT_OFF);
      Sockets.close(channel);
    }
  }

  private boolean mayDiscardMore() {
    return discardedBytes <= loop.limits().of(Limit.LINGER_BYTES);
  }

  @Override
  void stop(long nowNanos) {
    if (state == State.EXCHANGING) {
      exchange().fail(Fault.DEADLINE, "", nowNanos);
    } else {
      reset();
    }
  }

  @Override
  long heldBytes() {
    long kept = received == null ? 0 : received.readableBytes();
    return kept + Sockets.waiting(channel) + (exchange == null ? 0 : exchange.heldBytes());
  }

  @Override
  void reset() {
    Sockets.reset(channel);
  }

  @Override
  void retire(long nowNanos) {
    if (state == State.BETWEEN_REQUESTS && !isHeadBegun) {
      schedule(nowNanos + loop.limits().nanosOf(Limit.RETIRED_IDLE_MILLIS));
    }
  }

  /** A client that ends its TLS takes no more answers either (RFC 5246, section 7.2.1). */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslCloseCompletionEvent) {
      Sockets.close(channel);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    long nowNanos = loop.nowNanos();
    if (state == State.EXCHANGING) {
      exchange().clientWritabilityChanged(channel.isWritable());
    } else if (state == State.BETWEEN_REQUESTS && isHeadBegun) {
      scheduleHead(nowNanos);
    }
    proceed(nowNanos);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    try {
      leave();
    } finally {
      loop.closed(this);
    }
  }

  private void leave() {
    if (state == State.EXCHANGING) {
      state = State.CLOSED;
      exchange().cancel();
    } else if (state == State.LINGERING) {
      loop.counts().decrement(Counter.CONNECTIONS_LINGERING);
    }
    state = State.CLOSED;
    loop.deadlines().cancel(this);
    drop();
    if (exchange != null) {
      exchange.leave();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Sockets.close(channel);
  }

  @Override
  void expired(long nowNanos) {
    switch (state) {
      case BETWEEN_REQUESTS -> requestOverdue(nowNanos);
      case EXCHANGING -> exchange().expired(nowNanos);
      case LINGERING -> cutOff();
      case CLOSING, CLOSED -> reset();
    }
  }

  private void cutOff() {
    loop.count(Counter.LINGERS_CUT_OFF);
    reset();
  }

  private void requestOverdue(long nowNanos) {
    if (isHeadBegun) {
      loop.count(Fault.HEAD_TIMEOUT);
      drop();
      refuseUnread(Fault.HEAD_TIMEOUT, nowNanos);
    } else {
      loop.count(Counter.CONNECTIONS_EXPIRED);
      Sockets.close(channel);
    }
  }

  void schedule(long deadlineNanos) {
    loop.deadlines().schedule(this, deadlineNanos);
  }

  SocketChannel channel() {
    return channel;
  }

  ByteBufAllocator buffers() {
    return channel.alloc();
  }

  /** Where the request under way is entered. */
  Account account() {
    return account;
  }

  /** Whom its requests are from. */
  Origin origin() {
    return origin;
  }

  private void drop() {
    if (received != null) {
      received.release();
      received = null;
    }
  }
}
