package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a TLS connection: reads the client's first message, and by the name that it asks for either passes the
 * connection on unopened, or ends TLS here with the certificate for that name. What the port serves takes this handler's place
 * when the handshake is over. Owned by one event loop.
 *
 * <p>Limits: the size of the first message, the time from accepting to the end of the handshake, and how many handshakes an LB
 * server has under way. The rest (empty records, alerts, key updates, renegotiation) the TLS library refuses by itself, and {@link
 * TlsWatch} counts what comes after the handshake.
 */
final class TlsStep extends ClientSide {
  /** The alert unrecognized_name (RFC 6066, section 3) in a record of its own. */
  private static final byte[] UNRECOGNIZED_NAME = {21, 3, 3, 0, 2, 2, 112};

  private final Loop loop;
  private final SocketChannel channel;
  private final ClientHello hello;
  private @Nullable ByteBuf received;
  private @Nullable SslHandler tls;
  private boolean asksForCertificates;
  private boolean isOver;

  TlsStep(Loop loop, Port port, SocketChannel channel, Peer peer) {
    super(loop, port, peer);
    this.loop = loop;
    this.channel = channel;
    this.hello = new ClientHello(loop.limits().of(Limit.CLIENT_HELLO_BYTES));
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    loop.opened(this);
    loop.count(Counter.HANDSHAKES_PENDING);
    if (loop.admission().beginHandshake()) {
      loop.deadlines()
          .schedule(this, loop.nowNanos() + loop.limits().nanosOf(Limit.HANDSHAKE_MILLIS));
    } else {
      fail(HandshakeFault.TOO_MANY);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (isOver || tls != null) {
      in.release();
      return;
    }
    ByteBuf all = Buffers.joined(received, in);
    received = all;
    int outcome = hello.read(all);
    if (outcome == ClientHello.REFUSED) {
      fail(hello.fault());
    } else if (outcome == ClientHello.READ) {
      received = null;
      helloRead(context, all);
    }
  }

  /** The plan is read here; a port keeps its protocol as long as it lives. */
  private void helloRead(ChannelHandlerContext context, ByteBuf all) {
    switch (port().plan()) {
      case PortPlan.Https secured -> accept(secured.tls(), all);
      case PortPlan.Tls secured -> accept(secured.tls(), all);
      case PortPlan.Passthrough unopened -> passOn(context, unopened, all);
      case PortPlan.Http _, PortPlan.Tcp _ ->
          throw new IllegalStateException("no TLS is spoken on port " + port().number());
    }
  }

  private void accept(TlsPlan plan, ByteBuf all) {
    TlsContext context = plan.context(hello.serverName());
    SslHandler ending;
    try {
      ending = context.accept(channel.alloc());
    } catch (RuntimeException | OutOfMemoryError e) {
      all.release();
      fail(HandshakeFault.of(e));
      return;
    }
    if (ending == null) {
      all.release();
      fail(HandshakeFault.INTERNAL);
      return;
    }
    tls = ending;
    asksForCertificates = context.asksForCertificates();
    channel.pipeline().addFirst(ending);
    channel.pipeline().fireChannelRead(all);
  }

  private void passOn(ChannelHandlerContext context, PortPlan.Passthrough plan, ByteBuf all) {
    StreamPlan streams = plan.streams(hello.serverName());
    if (streams == null) {
      all.release();
      refuseName();
      return;
    }
    over();
    loop.count(Counter.PASSED_THROUGH);
    Opening.proceed(context, this, new TcpStream(loop, port(), channel, peer(), streams));
    context.fireChannelRead(all);
  }

  private void refuseName() {
    over();
    loop.tls().failedFromClients().increment(HandshakeFault.UNRECOGNIZED_NAME);
    channel
        .writeAndFlush(Unpooled.wrappedBuffer(UNRECOGNIZED_NAME))
        .addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent completion && !isOver) {
      if (completion.isSuccess()) {
        secured(context);
      } else {
        fail(HandshakeFault.of(completion.cause()));
      }
    }
  }

  private void secured(ChannelHandlerContext context) {
    SslHandler ending = tls;
    if (ending == null) {
      throw new IllegalStateException("a handshake is over that never began");
    }
    TlsSession session = TlsSession.of(hello.serverName(), ending.engine(), asksForCertificates);
    over();
    loop.tls()
        .fromClients()
        .increment(TlsCounts.Handshake.of(session.version(), session.isResumed()));
    context.pipeline().addBefore(context.name(), null, new TlsWatch(loop));
    Opening.proceed(context, this, port(), channel, peer().with(session));
  }

  /** The library has sent its alert, if it has one to send; nobody waits for the client to take note. */
  private void fail(HandshakeFault fault) {
    if (!isOver) {
      over();
      loop.tls().failedFromClients().increment(fault);
      Sockets.close(channel);
    }
  }

  private void over() {
    isOver = true;
    loop.deadlines().cancel(this);
    loop.counts().decrement(Counter.HANDSHAKES_PENDING);
    loop.admission().endHandshake();
    drop();
  }

  private void drop() {
    if (received != null) {
      received.release();
      received = null;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    fail(HandshakeFault.CLIENT_LEFT);
    loop.closed(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail(HandshakeFault.of(cause));
  }

  @Override
  void expired(long nowNanos) {
    fail(HandshakeFault.TIMEOUT);
  }

  /** It is served still: with a handshake there are few moments left to wait. */
  @Override
  void retire(long nowNanos) {}

  @Override
  void reset() {
    fail(HandshakeFault.SHUTDOWN);
    Sockets.reset(channel);
  }
}
