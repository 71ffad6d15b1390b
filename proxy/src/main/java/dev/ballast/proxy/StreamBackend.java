package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;

/** The backend's side of a stream: the same as the client's, the other way round. Owned by the stream's event loop. */
final class StreamBackend extends ChannelInboundHandlerAdapter {
  private final TcpStream stream;
  private final SocketChannel channel;
  private final Loop loop;
  private final SignOfLife life = new SignOfLife();

  StreamBackend(TcpStream stream, SocketChannel channel, Loop loop) {
    this.loop = loop;
    this.stream = stream;
    this.channel = channel;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    life.came();
    stream.passToClient((ByteBuf) message, channel);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (isCurrent()) {
      long nowNanos = loop.nowNanos();
      stream.flushToClient(life.isOne(!channel.config().isAutoRead(), nowNanos), nowNanos);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (isCurrent()) {
      stream.backendSaid(event, channel);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (isCurrent()) {
      stream.readClient(channel.isWritable());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (isCurrent()) {
      stream.reset();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (isCurrent()) {
      stream.reset();
    }
  }

  /** A channel that could not connect may still speak up after another one took its place. */
  private boolean isCurrent() {
    return stream.isJoinedTo(channel);
  }
}
