package dev.ballast.detection;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.SocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to one target: TCP, then what the connection begins with, then TLS.
 *
 * @param type of the sockets
 * @param tls null for none
 * @param name asked for by SNI
 */
record Connector(
    Class<? extends Channel> type,
    SocketAddress address,
    ProbeSpec.Opening opening,
    @Nullable SslContext tls,
    String name) {

  /**
   * Connects for an attempt, which fails if that does.
   *
   * @param connected told once bytes may be sent, unless the attempt is over by then
   * @param protocol the handlers of what is spoken, for this connection alone; in place before a byte is read
   */
  void connect(Attempt attempt, Consumer<Channel> connected, ChannelHandler... protocol) {
    attempt.phase("connecting");
    boolean isSpoken = tls != null || protocol.length > 0;
    var connecting =
        new Bootstrap()
            .group(attempt.loop())
            .channel(type)
            .option(ChannelOption.TCP_NODELAY, isSpoken)
            .option(ChannelOption.AUTO_READ, isSpoken)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    if (opening != ProbeSpec.Opening.NOTHING) {
                      channel.pipeline().addLast(new Preface(opening.bytes()));
                    }
                    if (tls != null) {
                      channel.pipeline().addLast(handshake(tls, channel));
                    }
                    channel.pipeline().addLast(new Opened(attempt, connected, protocol));
                  }
                })
            .connect(address);
    attempt.on(connecting.channel());
    var _ =
        connecting.addListener(
            done -> {
              if (!done.isSuccess()) {
                attempt.failed(done.cause());
              }
            });
  }

  private SslHandler handshake(SslContext context, Channel channel) {
    var handler =
        name.isEmpty()
            ? context.newHandler(channel.alloc())
            : context.newHandler(channel.alloc(), name, -1);
    handler.setHandshakeTimeoutMillis(0);
    return handler;
  }

  /** Sends what a connection begins with, before TLS has its turn. */
  private static final class Preface extends ChannelInboundHandlerAdapter {
    private final byte[] bytes;

    Preface(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      var _ = context.writeAndFlush(Unpooled.wrappedBuffer(bytes));
      context.fireChannelActive();
      context.pipeline().remove(this);
    }
  }

  /** Stands in the pipeline until the connection is ready, then makes way for the protocol. */
  private final class Opened extends ChannelInboundHandlerAdapter {
    private final Attempt attempt;
    private final Consumer<Channel> connected;
    private final ChannelHandler[] protocol;

    Opened(Attempt attempt, Consumer<Channel> connected, ChannelHandler[] protocol) {
      this.attempt = attempt;
      this.connected = connected;
      this.protocol = protocol;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      if (tls == null) {
        ready(context);
      } else {
        attempt.phase("in the TLS handshake");
      }
      context.fireChannelActive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent handshake) {
        if (handshake.isSuccess()) {
          ready(context);
        } else {
          attempt.failed(handshake.cause());
        }
      }
      context.fireUserEventTriggered(event);
    }

    private void ready(ChannelHandlerContext context) {
      if (attempt.isOver()) {
        var _ = context.close();
        return;
      }
      context.pipeline().addLast(protocol).remove(this);
      connected.accept(context.channel());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      attempt.closed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      attempt.failed(cause);
    }
  }
}
