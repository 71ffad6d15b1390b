package dev.ballast.detection;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** Speaks HTTP/2 without TLS, does with each request what a test says, and counts its connections. */
final class Http2Server implements AutoCloseable {
  private static final byte[] SERVING = {0, 0, 0, 0, 2, 8, 1};

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final Channel listening;
  private volatile int dropped;

  /** What to do with a request. */
  @FunctionalInterface
  interface Script {
    void asked(ChannelHandlerContext stream);
  }

  Http2Server(Script script) {
    listening =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    var connection = new Connection(connections.incrementAndGet());
                    channel
                        .pipeline()
                        .addLast(
                            Http2FrameCodecBuilder.forServer().autoAckPingFrame(false).build(),
                            new Http2MultiplexHandler(connection.streams(script)),
                            connection);
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** How many there were. */
  int connections() {
    return connections.get();
  }

  int requests() {
    return requests.get();
  }

  int open() {
    return open.get();
  }

  /** From now on nothing comes back on the connections that there are, as if something on the way had forgotten them. */
  void forgetConnections() {
    dropped = connections.get();
  }

  static void head(ChannelHandlerContext stream, int status, boolean isEnd) {
    var head = new DefaultHttp2Headers().status(Integer.toString(status));
    var _ = stream.writeAndFlush(new DefaultHttp2HeadersFrame(head, isEnd));
  }

  /** So many messages of a health service's Watch. */
  static void serving(ChannelHandlerContext stream, int times) {
    byte[] messages = new byte[SERVING.length * times];
    for (int i = 0; i < messages.length; i++) {
      messages[i] = SERVING[i % SERVING.length];
    }
    var _ = stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(messages)));
  }

  /** The answer to a plain request, or the beginning of one to a Watch. */
  static void good(ChannelHandlerContext stream, boolean isWatch) {
    head(stream, 200, !isWatch);
    if (isWatch) {
      serving(stream, 1);
    }
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
  }

  private final class Connection extends ChannelInboundHandlerAdapter {
    private final int number;

    Connection(int number) {
      this.number = number;
    }

    ChannelInitializer<Channel> streams(Script script) {
      return new ChannelInitializer<>() {
        @Override
        protected void initChannel(Channel stream) {
          stream.pipeline().addLast(new Request(Connection.this, script));
        }
      };
    }

    boolean isForgotten() {
      return number <= dropped;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      open.incrementAndGet();
      context.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      open.decrementAndGet();
      context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
      if (frame instanceof Http2PingFrame ping && !isForgotten()) {
        var _ = context.writeAndFlush(new DefaultHttp2PingFrame(ping.content(), true));
      }
      ReferenceCountUtil.release(frame);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var _ = context.close();
    }
  }

  private final class Request extends SimpleChannelInboundHandler<Http2StreamFrame> {
    private final Connection connection;
    private final Script script;

    Request(Connection connection, Script script) {
      this.connection = connection;
      this.script = script;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Http2StreamFrame frame) {
      if (frame instanceof Http2HeadersFrame && !connection.isForgotten()) {
        requests.incrementAndGet();
        script.asked(context);
      }
    }
  }
}
