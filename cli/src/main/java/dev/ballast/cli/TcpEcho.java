package dev.ballast.cli;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Sends back what comes, and ends its side when the client has ended its own and everything is sent. Owned by the
 * connection's event loop; reads no faster than the client takes.
 */
final class TcpEcho extends ChannelInboundHandlerAdapter {
  private final AtomicReference<BackendFaults> faults;
  private final Supplier<RandomGenerator> random;

  TcpEcho(AtomicReference<BackendFaults> faults, Supplier<RandomGenerator> random) {
    this.faults = faults;
    this.random = random;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    double resets = faults.get().resets();
    if (resets > 0 && random.get().nextDouble() < resets) {
      context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
      ChannelFuture _ = context.close();
      return;
    }
    context.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ChannelFuture _ = context.write(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    context.channel().config().setAutoRead(context.channel().isWritable());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      var channel = (DuplexChannel) context.channel();
      ChannelFuture _ =
          context
              .writeAndFlush(Unpooled.EMPTY_BUFFER)
              .addListener(_ -> channel.shutdownOutput().addListener(ChannelFutureListener.CLOSE));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    ChannelFuture _ = context.close();
  }
}
