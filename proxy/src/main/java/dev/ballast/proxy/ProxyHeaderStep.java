package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a front proxy's connection: reads its PROXY header, and then makes way for what the port serves, with the
 * client that the header names. Without a proper header in time, the connection is reset.
 */
final class ProxyHeaderStep extends ClientSide {
  private final SocketChannel channel;
  private final ProxyHeader header;
  private @Nullable ByteBuf received;

  ProxyHeaderStep(Loop loop, Port port, SocketChannel channel, Peer front) {
    super(loop, port, front);
    this.channel = channel;
    this.header = new ProxyHeader(loop.limits().of(Limit.PROXY_HEADER_BYTES));
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    loop().opened(this);
    long patienceNanos = loop().limits().nanosOf(Limit.PROXY_HEADER_MILLIS);
    loop().deadlines().schedule(this, loop().nowNanos() + patienceNanos);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = Buffers.joined(received, (ByteBuf) message);
    received = in;
    int length = header.read(in);
    if (length == ProxyHeader.REFUSED) {
      fail(header.fault());
    } else if (length != ProxyHeader.MORE) {
      in.skipBytes(length);
      proceed(context, in);
    }
  }

  private void proceed(ChannelHandlerContext context, ByteBuf rest) {
    received = null;
    loop().deadlines().cancel(this);
    Peer named = header.peer(peer());
    if (named.isCounted() && !loop().admission().enter(named.address())) {
      rest.release();
      loop().count(Counter.CONNECTIONS_REFUSED_BY_ADDRESS);
      reset();
      return;
    }
    Opening.proceed(context, this, port(), channel, named);
    if (rest.isReadable()) {
      context.fireChannelRead(rest);
    } else {
      rest.release();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    loop().deadlines().cancel(this);
    if (received != null) {
      received.release();
      received = null;
    }
    loop().closed(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Sockets.close(channel);
  }

  @Override
  void expired(long nowNanos) {
    fail(Fault.PROXY_HEADER_TIMEOUT);
  }

  private void fail(Fault fault) {
    loop().count(fault);
    reset();
  }

  @Override
  void retire(long nowNanos) {}

  @Override
  void reset() {
    Sockets.reset(channel);
  }
}
