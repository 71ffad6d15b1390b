package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A client's TCP connection, passed on whole to one backend. Each direction ends by itself: the end of one side's sending is
 * passed on as such, and the stream is over when both have ended, or when one side is reset, which resets the other. Owned by
 * one event loop. All it keeps of the configuration is the time limits and the handle of its backend.
 */
final class TcpStream extends ClientSide implements PoolPlace.Owner {
  private final Loop loop;
  private final SocketChannel client;
  private final Cork toClient;
  private final ExchangePolicy policy;
  private final Choice choice;
  private final Account account;
  private @Nullable StreamPlan plan;
  private long connectNanos;
  private @Nullable SocketChannel upstream;
  private @Nullable Cork toBackend;
  private @Nullable ByteBuf early;
  private boolean hasEndedEarly;
  private boolean isConnected;
  private boolean isOver;
  private boolean hasClientEnded;
  private boolean hasBackendEnded;
  private boolean isClientsOutputOver;
  private boolean isBackendsOutputOver;
  private boolean isRetired;
  private long endNanos;

  TcpStream(Loop loop, Port port, SocketChannel client, Peer peer, StreamPlan plan) {
    this(loop, port, client, new Account(loop, peer), plan.pool().policy(), new Choice(loop));
    this.plan = plan;
    client.config().setAllowHalfClosure(true).setAutoRead(false);
  }

  private TcpStream(
      Loop loop,
      Port port,
      SocketChannel client,
      Account account,
      ExchangePolicy policy,
      Choice choice) {
    super(loop, port, account.peer());
    this.account = account;
    this.loop = loop;
    this.client = client;
    this.toClient = new Cork(client);
    this.policy = policy;
    this.choice = choice;
  }

  /** Joins two connections that spoke HTTP until now; the backend's account stays open until the stream is over. */
  static TcpStream joining(
      ClientConnection from, SocketChannel backend, Choice choice, ExchangePolicy policy) {
    var stream =
        new TcpStream(from.loop(), from.port(), from.channel(), from.account(), policy, choice);
    stream.upstream = backend;
    return stream;
  }

  /** Begins a stream of joined connections with what has come of each already, in the place of their handlers. */
  void begin(@Nullable ByteBuf fromClient, @Nullable ByteBuf fromBackend, long nowNanos) {
    SocketChannel backend = upstream;
    if (backend == null) {
      throw new IllegalStateException("there is no backend yet");
    }
    loop.count(Counter.STREAMS_OPEN);
    backend.pipeline().removeLast();
    backend.pipeline().addLast(new StreamBackend(this, backend, loop));
    client.config().setAllowHalfClosure(true);
    backend.config().setAllowHalfClosure(true);
    isConnected = true;
    toBackend = new Cork(backend);
    Sockets.writeAll(client, fromBackend);
    Sockets.writeAll(backend, fromClient);
    if (port().isRetired()) {
      retire(nowNanos);
    }
    schedule(nowNanos + policy.idleNanos());
    Sockets.read(backend, client.isWritable(), loop);
    Sockets.read(client, backend.isWritable(), loop);
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    loop.opened(this);
    loop.count(Counter.STREAMS);
    loop.count(Counter.STREAMS_OPEN);
    long nowNanos = loop.nowNanos();
    if (port().isRetired()) {
      retire(nowNanos);
    }
    enter(nowNanos);
  }

  private void enter(long nowNanos) {
    StreamPlan into = plan;
    plan = null;
    if (into != null) {
      account.beginStream(into.books(), nowNanos);
      switch (choice.begin(into.pool(), peer(), this, nowNanos)) {
        case ADMITTED -> pick(Fault.NO_BACKEND, nowNanos);
        case WAITING -> schedule(nowNanos + policy.queueNanos());
        case FULL -> fail(Fault.QUEUE_FULL);
      }
    }
  }

  @Override
  public void admitted(long nowNanos) {
    pick(Fault.NO_BACKEND, nowNanos);
  }

  /** Tries the next backend; if there is none, ends with what kept the last one. */
  private void pick(Fault otherwise, long nowNanos) {
    BackendHandle picked = choice.pick(nowNanos);
    InetSocketAddress address = picked == null ? null : picked.socketAddress();
    if (picked == null || address == null) {
      fail(otherwise);
    } else if (!choice.mayConnect()) {
      awaitConnection(nowNanos);
    } else if (loop.counts().read(Counter.CONNECTS_PENDING)
        >= loop.limits().of(Limit.PENDING_CONNECTS)) {
      fail(Fault.TOO_MANY_CONNECTS);
    } else {
      connect(picked, address, nowNanos);
    }
  }

  private void awaitConnection(long nowNanos) {
    if (choice.awaitConnection()) {
      schedule(nowNanos + policy.queueNanos());
    } else {
      fail(Fault.QUEUE_FULL);
    }
  }

  private void connect(BackendHandle picked, InetSocketAddress address, long nowNanos) {
    account.tried(picked);
    connectNanos = nowNanos;
    SocketChannel connecting = Sockets.open(loop, picked);
    if (connecting == null) {
      fail(Fault.CONNECT_LOCAL);
      return;
    }
    connecting.config().setAllowHalfClosure(true).setAutoRead(picked.beginning().tls() != null);
    upstream = connecting;
    loop.count(Counter.CONNECTS_PENDING);
    schedule(nowNanos + policy.connectNanos());
    try {
      connect(connecting, picked, address);
    } catch (RuntimeException e) {
      connected(connecting, Fault.CONNECT_LOCAL);
    }
  }

  private void connect(SocketChannel connecting, BackendHandle picked, InetSocketAddress address) {
    var end = new StreamBackend(this, connecting, loop);
    picked.beginning().prepare(connecting, picked.address(), peer());
    Sockets.connect(loop, connecting, end, address, fault -> connected(connecting, fault));
  }

  private void connected(SocketChannel backend, @Nullable Fault fault) {
    loop.counts().decrement(Counter.CONNECTS_PENDING);
    if (isOver || !backend.equals(upstream)) {
      Sockets.close(backend);
    } else if (fault == null) {
      begin(backend);
    } else {
      connectFailed(fault);
    }
  }

  private void connectFailed(Fault fault) {
    SocketChannel failed = upstream;
    upstream = null;
    if (failed != null) {
      Sockets.close(failed);
    }
    if (choice.passOnUnsent(fault, policy.retries())) {
      pick(fault, loop.nowNanos());
    } else {
      fail(fault);
    }
  }

  private void begin(SocketChannel backend) {
    loop.count(Counter.UPSTREAMS_OPENED);
    long nowNanos = loop.nowNanos();
    account.connected(nowNanos - connectNanos);
    choice.connected(nowNanos - connectNanos, nowNanos);
    isConnected = true;
    toBackend = new Cork(backend);
    passEarly(backend);
    touch(nowNanos);
    Sockets.read(backend, true, loop);
    Sockets.read(client, true, loop);
  }

  /** A client that ended its sending is read from even while reading is off, so this may have come already. */
  private void passEarly(SocketChannel backend) {
    ByteBuf bytes = early;
    early = null;
    Sockets.writeAll(backend, bytes);
    if (hasEndedEarly) {
      endOutput(backend);
    }
  }

  private void touch(long nowNanos) {
    if (!isOver) {
      schedule(nowNanos + policy.idleNanos());
    }
  }

  private void schedule(long deadlineNanos) {
    boolean isEndFirst = isRetired && endNanos - deadlineNanos < 0;
    loop.deadlines().schedule(this, isEndFirst ? endNanos : deadlineNanos);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    loop.counts().add(Counter.BYTES_IN, bytes.readableBytes());
    account.passed(bytes.readableBytes(), 0);
    if (isConnected && upstream != null && toBackend != null) {
      pass(bytes, client, upstream, toBackend);
    } else if (isOver) {
      bytes.release();
    } else {
      early = Buffers.joined(early, bytes);
    }
  }

  void passToClient(ByteBuf bytes, SocketChannel backend) {
    loop.counts().add(Counter.BYTES_OUT, bytes.readableBytes());
    account.passed(0, bytes.readableBytes());
    pass(bytes, backend, client, toClient);
  }

  /** What has come of the backend goes out; {@code isSignOfLife}: it was not sent long ago. */
  void flushToClient(boolean isSignOfLife, long nowNanos) {
    toClient.flush();
    touch(nowNanos);
    if (isSignOfLife) {
      choice.streamed(nowNanos);
    }
  }

  /** The backend takes more, or for now no more. */
  void readClient(boolean isReading) {
    Sockets.read(client, isReading, loop);
  }

  boolean isJoinedTo(SocketChannel backend) {
    return isConnected && !isOver && backend.equals(upstream);
  }

  @Override
  long heldBytes() {
    return Sockets.waiting(client) + (upstream == null ? 0 : Sockets.waiting(upstream));
  }

  /** Stops reading as soon as the other side does not keep up. */
  private void pass(ByteBuf bytes, SocketChannel from, SocketChannel to, Cork cork) {
    if (isOver || (to.equals(client) ? isClientsOutputOver : isBackendsOutputOver)) {
      bytes.release();
      return;
    }
    Sockets.write(to, bytes);
    cork.flushInTime();
    Sockets.read(from, to.isWritable(), loop);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (isConnected && toBackend != null) {
      toBackend.flush();
      touch(loop.nowNanos());
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (isEnd(event, client)) {
      clientEnded(event instanceof SslCloseCompletionEvent);
    }
  }

  /**
   * Whether a side has said that it sends no more. Over TLS it says so by close_notify; an end of the connection underneath
   * without it can be anybody's doing, so that ends the stream with a reset.
   */
  private boolean isEnd(Object event, SocketChannel side) {
    boolean isSaid = event instanceof SslCloseCompletionEvent close && close.isSuccess();
    boolean isFin = event == ChannelInputShutdownEvent.INSTANCE;
    if (isFin && Sockets.isTls(side)) {
      boolean hasSaidBefore = side.equals(client) ? hasClientEnded : hasBackendEnded;
      if (!hasSaidBefore) {
        reset();
      }
      return false;
    }
    return isSaid || isFin;
  }

  private void clientEnded(boolean isOverTls) {
    hasClientEnded = true;
    isClientsOutputOver |= isOverTls;
    if (isConnected && upstream != null) {
      endOutput(upstream);
    } else {
      hasEndedEarly = true;
    }
  }

  /** The backend may have said that it sends no more. */
  void backendSaid(Object event, SocketChannel backend) {
    if (isEnd(event, backend)) {
      hasBackendEnded = true;
      isBackendsOutputOver |= event instanceof SslCloseCompletionEvent;
      endOutput(client);
    }
  }

  /** One side has ended its sending: so do we towards the other, once all has been passed on. */
  private void endOutput(SocketChannel to) {
    to.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener((ChannelFutureListener) written -> outputFlushed(to, written.isSuccess()));
  }

  private void outputFlushed(SocketChannel to, boolean isPassedOn) {
    if (isOver) {
      return;
    }
    if (!isPassedOn) {
      reset();
      return;
    }
    Sockets.endOutput(to);
    isClientsOutputOver |= to.equals(client);
    isBackendsOutputOver |= !to.equals(client);
    if (isClientsOutputOver && isBackendsOutputOver) {
      end();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (isConnected && upstream != null) {
      Sockets.read(upstream, client.isWritable(), loop);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!isOver) {
      reset();
    }
    loop.closed(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    reset();
  }

  @Override
  void expired(long nowNanos) {
    if (isRetired && endNanos - nowNanos <= 0) {
      fail(Fault.DRAIN_TIMEOUT);
    } else if (isConnected) {
      fail(Fault.STREAM_IDLE);
    } else if (choice.isWaiting()) {
      fail(Fault.QUEUE_TIMEOUT);
    } else {
      connectFailed(Fault.CONNECT_TIMEOUT);
    }
  }

  /** Streams go on for as long as their load balancer allows. */
  @Override
  void retire(long nowNanos) {
    if (!isRetired) {
      isRetired = true;
      endNanos = nowNanos + port().plan().entry().drainNanos();
      if (deadlineNanos - endNanos > 0) {
        schedule(endNanos);
      }
    }
  }

  private void fail(Fault fault) {
    loop.count(fault);
    account.breakOff(fault, loop.nowNanos());
    choice.leave(fault.source() == Fault.Source.UPSTREAM);
    reset();
  }

  @Override
  void stop(long nowNanos) {
    if (!isOver) {
      fail(Fault.DEADLINE);
    }
  }

  @Override
  void reset() {
    account.breakOff(null, loop.nowNanos());
    finish();
    if (upstream != null) {
      Sockets.reset(upstream);
    }
    Sockets.reset(client);
  }

  private void end() {
    finish();
    Sockets.close(client);
    if (upstream != null) {
      Sockets.close(upstream);
    }
  }

  /** Before its sockets end: the end of a connect that is under way must not be taken for the backend's failure. */
  private void finish() {
    if (!isOver) {
      isOver = true;
      account.end(loop.nowNanos());
      loop.deadlines().cancel(this);
      loop.counts().decrement(Counter.STREAMS_OPEN);
      choice.leave(false);
      if (early != null) {
        early.release();
        early = null;
      }
    }
  }
}
