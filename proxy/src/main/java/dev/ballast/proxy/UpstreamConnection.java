package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection to a backend: connecting, then serving one exchange after another, idle in between. Owned by the
 * event loop of the exchanges. Bytes that come while it is idle were not asked for, and end it.
 */
final class UpstreamConnection extends TimedHandler {
  private enum State {
    CONNECTING,
    IDLE,
    HEAD,
    BODY,
    /** Of an answer that nobody wants, the rest is still to come. */
    LEFT,
    CLOSED
  }

  /** What is read of the rest of an answer that nobody wants, so that the connection need not be closed. */
  private static final long REST_BYTES = 16_384;

  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Loop loop;
  private final BackendHandle backend;
  private final SocketChannel channel;
  private final Beginning beginning;
  private final IdleUpstreams home;
  private final HeadReader heads;
  private final BodyReader body;
  private State state = State.CONNECTING;
  private @Nullable Exchange exchange;
  private @Nullable ByteBuf received;
  private int interimAnswers;
  private long connectNanos;
  private boolean isReused;
  private boolean isBroken;
  private boolean hasEndedTls;
  private boolean keepsAlive;

  /** In the list of those that are idle and serve one client alone. */
  @Nullable UpstreamConnection previousIntroduced;

  @Nullable UpstreamConnection nextIntroduced;

  private UpstreamConnection(
      Loop loop, BackendHandle backend, Exchange exchange, SocketChannel channel) {
    this.loop = loop;
    this.backend = backend;
    this.exchange = exchange;
    this.channel = channel;
    this.beginning = backend.beginning();
    this.home = beginning.isIntroduced() ? exchange.ownUpstreams() : backend.cell(loop);
    this.heads = HeadReader.ofAnswers(loop.limits());
    this.body = new BodyReader(loop.limits());
  }

  /** A connection for an exchange, still to be connected; null if there is no socket left. */
  static @Nullable UpstreamConnection open(Loop loop, BackendHandle backend, Exchange exchange) {
    SocketChannel channel = Sockets.open(loop, backend);
    return channel == null ? null : new UpstreamConnection(loop, backend, exchange, channel);
  }

  /** Connects, and tells the exchange the outcome. */
  void connect(InetSocketAddress address) {
    loop.count(Counter.CONNECTS_PENDING);
    connectNanos = loop.nowNanos();
    try {
      begin(address);
    } catch (RuntimeException e) {
      connected(Fault.CONNECT_LOCAL);
    }
  }

  private void begin(InetSocketAddress address) {
    if (exchange != null) {
      beginning.prepare(channel, backend.address(), exchange.peer());
    }
    Sockets.connect(loop, channel, this, address, this::connected);
  }

  private void connected(@Nullable Fault fault) {
    loop.counts().decrement(Counter.CONNECTS_PENDING);
    Exchange waiting = exchange;
    if (state == State.CLOSED || waiting == null) {
      close();
    } else if (fault == null) {
      long nowNanos = loop.nowNanos();
      loop.count(Counter.UPSTREAMS_OPENED);
      waiting.account().connected(nowNanos - connectNanos);
      waiting.send(this, nowNanos);
    } else {
      exchange = null;
      close();
      waiting.connectFailed(fault, loop.nowNanos());
    }
  }

  /** Takes on an exchange, whose request is about to be written. */
  void serve(Exchange next) {
    isReused = state == State.IDLE;
    state = State.HEAD;
    exchange = next;
    interimAnswers = 0;
    loop.deadlines().cancel(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    received = Buffers.joined(received, (ByteBuf) message);
    long nowNanos = loop.nowNanos();
    if (exchange != null) {
      read(exchange, received, nowNanos);
    } else if (state != State.LEFT) {
      close();
    }
    if (state == State.LEFT && received != null) {
      readRest(received, nowNanos);
    }
    dropIfEmpty();
  }

  private void read(Exchange served, ByteBuf in, long nowNanos) {
    while (state == State.HEAD && in.isReadable()) {
      if (!readHead(served, in, nowNanos)) {
        return;
      }
    }
    if (state == State.BODY) {
      readBody(served, in, nowNanos);
    }
  }

  private boolean readHead(Exchange served, ByteBuf in, long nowNanos) {
    int length = heads.read(in);
    if (length == HeadReader.MORE) {
      return false;
    }
    if (length == HeadReader.REFUSED) {
      return refuse(served, heads.violation(), nowNanos);
    }
    AnswerHead head = loop.answerHead();
    Violation violation = head.read(in, length);
    if (violation == null && head.isInterim()) {
      violation = checkInterim(served, head);
    }
    in.skipBytes(length);
    if (violation != null) {
      return refuse(served, violation, nowNanos);
    }
    if (head.isSwitch()) {
      passSwitch(served, head, length, nowNanos);
      return false;
    }
    return passHead(served, head, length, nowNanos);
  }

  /** From here on the connection is a stream's, with all that has come of it. */
  private void passSwitch(Exchange served, AnswerHead head, int length, long nowNanos) {
    ByteBuf rest = received;
    received = null;
    exchange = null;
    state = State.CLOSED;
    loop.deadlines().cancel(this);
    served.switched(this, head, length, rest, nowNanos);
  }

  private boolean passHead(Exchange served, AnswerHead head, int length, long nowNanos) {
    served.answerHead(head, length, nowNanos);
    if (!head.isInterim() && exchange == served) {
      keepsAlive = head.keepsAlive();
      body.begin(head.bodyFraming(served.answer().method()), head.framing().length());
      state = State.BODY;
    }
    return exchange == served;
  }

  private @Nullable Violation checkInterim(Exchange served, AnswerHead head) {
    if (head.isSwitch()) {
      return served.answer().maySwitch(head) ? null : Violation.SWITCHED_PROTOCOLS;
    }
    boolean isEnough = ++interimAnswers > loop.limits().of(Limit.INTERIM_ANSWERS);
    return isEnough ? Violation.TOO_MANY_INTERIM_ANSWERS : null;
  }

  private boolean refuse(Exchange served, Violation violation, long nowNanos) {
    loop.refusedAnswers().increment(violation);
    served.fail(Fault.ANSWER_MALFORMED, violation.sentence(), nowNanos);
    return false;
  }

  private void readBody(Exchange served, ByteBuf in, long nowNanos) {
    Violation violation = body.read(in, served.answer().body());
    if (violation != null) {
      refuse(served, violation, nowNanos);
    } else if (body.isComplete()) {
      served.answerComplete(keepsAlive && !in.isReadable(), nowNanos);
    } else {
      served.answerProgressed(nowNanos);
    }
  }

  /**
   * Nobody wants the answer whose head has just come: the exchange hears no more of it. If its rest is short and comes soon, the connection
   * serves others after that.
   */
  void leave(AnswerHead head, Method asked, long nowNanos) {
    BodyFraming framing = head.bodyFraming(asked);
    long length = head.framing().length();
    if (!head.keepsAlive()
        || beginning.isIntroduced()
        || framing == BodyFraming.UNTIL_CLOSE
        || (framing == BodyFraming.LENGTH && length > REST_BYTES)) {
      close();
      return;
    }
    exchange = null;
    state = State.LEFT;
    body.begin(framing, length, REST_BYTES);
    resumeReading(true);
    loop.deadlines().schedule(this, nowNanos + REST_NANOS);
  }

  private void readRest(ByteBuf in, long nowNanos) {
    boolean isWrong = body.read(in, null) != null;
    if (isWrong || (body.isComplete() && in.isReadable())) {
      close();
    } else if (body.isComplete()) {
      release(nowNanos);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (exchange != null) {
      exchange.answer().flush();
    }
  }

  /** Ends the exchange's use of this connection, which waits for the next one. */
  void release(long nowNanos) {
    exchange = null;
    state = State.IDLE;
    resumeReading(true);
    if (!mayBeKept() || isWantedByOthers() || !home.keep(this)) {
      close();
    } else {
      loop.deadlines().schedule(this, nowNanos + loop.limits().nanosOf(Limit.IDLE_UPSTREAM_MILLIS));
    }
  }

  /** Whether those wait for a connection who could not use this one. */
  private boolean isWantedByOthers() {
    return beginning.isIntroduced()
        ? backend.pool().isAnyStarved()
        : backend.pool().cell(loop).isWantedElsewhere();
  }

  BackendHandle backend() {
    return backend;
  }

  private boolean mayBeKept() {
    return isOpen() && !backend.isRetired() && beginning.equals(backend.beginning());
  }

  /** Whether it leads to this backend, begun as connections to it are begun now. */
  boolean isTo(BackendHandle other) {
    return backend.equals(other) && mayBeKept();
  }

  /** Closes it; the exchange, if any, hears no more of it. */
  void close() {
    exchange = null;
    if (state == State.IDLE) {
      home.forget(this);
    }
    if (state != State.CLOSED) {
      state = State.CLOSED;
      loop.deadlines().cancel(this);
      Sockets.close(channel);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    Exchange served = exchange;
    State was = state;
    boolean hasPartialHead = received != null;
    close();
    drop();
    if (served != null) {
      closedWhileServing(served, was, hasPartialHead);
    }
  }

  private void closedWhileServing(Exchange served, State was, boolean hasPartialHead) {
    long nowNanos = loop.nowNanos();
    if (was == State.BODY && body.endsWithConnection() && isEndProper()) {
      served.answerComplete(false, nowNanos);
    } else if (was == State.BODY) {
      served.fail(Fault.CLOSED_IN_BODY, "", nowNanos);
    } else if (was == State.HEAD && (hasPartialHead || interimAnswers > 0)) {
      served.fail(Fault.CLOSED_IN_HEAD, "", nowNanos);
    } else if (was == State.HEAD) {
      served.closedUnanswered(isReused, nowNanos);
    }
  }

  /** Over TLS an end counts only if the backend has said so: anybody on the way can end the connection underneath. */
  private boolean isEndProper() {
    return !isBroken && (beginning.tls() == null || hasEndedTls);
  }

  /** The backend has said by close_notify that no more comes. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslCloseCompletionEvent end) {
      hasEndedTls = end.isSuccess();
      Sockets.close(channel);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    isBroken = true;
    Sockets.close(channel);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (exchange != null) {
      exchange.upstreamWritabilityChanged();
    }
  }

  /** It has been idle for long enough, or what nobody wants is late. */
  @Override
  void expired(long nowNanos) {
    if (state == State.IDLE) {
      loop.count(Counter.UPSTREAMS_EXPIRED);
      close();
    } else if (state == State.LEFT) {
      close();
    }
  }

  @Override
  void breakOff() {
    Sockets.close(channel);
  }

  void resumeReading(boolean isReading) {
    Sockets.read(channel, isReading, loop);
  }

  boolean isOpen() {
    return channel.isActive();
  }

  SocketChannel channel() {
    return channel;
  }

  private void dropIfEmpty() {
    if (received != null
        && (!received.isReadable() || state == State.CLOSED || state == State.IDLE)) {
      drop();
    }
  }

  private void drop() {
    if (received != null) {
      received.release();
      received = null;
    }
  }
}
