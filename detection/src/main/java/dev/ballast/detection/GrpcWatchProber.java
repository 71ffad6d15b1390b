package dev.ballast.detection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Follows {@code grpc.health.v1.Health/Watch}: one call stays open, on which the server tells each change, and each probe is a ping of the
 * connection, answered with what was told last. A change for the worse so counts with the next probe, and a server that has gone
 * silent misses its pings.
 */
final class GrpcWatchProber implements Prober {
  /** So many messages may come between two probes. */
  static final int MOST_MESSAGES = 100;

  private final Connector connector;
  private final ProbeSpec.Grpc spec;
  private final Kept<Connection> kept = new Kept<>(connection -> connection.shared);
  private @Nullable String offence;

  GrpcWatchProber(Connector connector, ProbeSpec.Grpc spec) {
    this.connector = connector;
    this.spec = spec;
  }

  @Override
  public void probe(boolean isFresh, Attempt attempt) {
    if (offence != null) {
      attempt.failed(Outcome.Kind.WRONG, offence);
      offence = null;
      return;
    }
    var existing = kept.open();
    if (existing != null && existing.shared.isUsable() && !isFresh) {
      existing.ask(attempt);
      return;
    }
    kept.retire();
    connector.connect(
        attempt,
        channel -> {
          var connection = new Connection(channel);
          channel.pipeline().addLast(connection);
          connection.watch(attempt);
          kept.keep(connection);
        },
        Http2FrameCodecBuilder.forClient().build(),
        new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
  }

  @Override
  public void close() {
    kept.close();
  }

  /** One connection with its call. */
  private final class Connection extends ChannelInboundHandlerAdapter {
    private final SharedConnection shared;
    private final ArrayDeque<Attempt> waiting = new ArrayDeque<>();
    private final ArrayDeque<Attempt> pinged = new ArrayDeque<>();
    private @Nullable String status;
    private int told;
    private boolean isOver;

    Connection(Channel channel) {
      this.shared = new SharedConnection(channel);
    }

    /** Opens the call; the attempt ends with the first status that is told. */
    void watch(Attempt attempt) {
      await(attempt);
      var _ =
          new Http2StreamChannelBootstrap(shared.channel())
              .handler(new Call(this))
              .open()
              .addListener(
                  opened -> {
                    if (!opened.isSuccess()) {
                      attempt.failed(opened.cause());
                      return;
                    }
                    var stream = (Channel) opened.getNow();
                    byte[] request = GrpcHealth.request(spec.service());
                    var _ =
                        stream.write(new DefaultHttp2HeadersFrame(GrpcHealth.head(spec, "Watch")));
                    var _ =
                        stream.writeAndFlush(
                            new DefaultHttp2DataFrame(
                                stream.alloc().buffer(request.length).writeBytes(request), true));
                  });
    }

    private void await(Attempt attempt) {
      shared.carry(attempt);
      attempt.phase("waiting for the first status");
      waiting.add(attempt);
    }

    void ask(Attempt attempt) {
      told = 0;
      if (status == null) {
        await(attempt);
        return;
      }
      shared.carry(attempt);
      attempt.phase("waiting for a ping's answer");
      pinged.add(attempt);
      var _ = shared.channel().writeAndFlush(new DefaultHttp2PingFrame(0, false));
    }

    void told(String next) {
      told++;
      if (told > MOST_MESSAGES) {
        offended("more than " + MOST_MESSAGES + " messages between two probes");
        return;
      }
      status = next;
      waiting.forEach(this::judge);
      waiting.clear();
    }

    private void judge(Attempt attempt) {
      if (GrpcHealth.SERVING.equals(status)) {
        attempt.good();
      } else {
        attempt.failed(Outcome.Kind.WRONG, "health is " + status + ", wanted SERVING");
      }
    }

    /** Ends it all. Told to the next probe where none is under way. */
    private void offended(String reason) {
      boolean isToldLater = waiting.isEmpty() && pinged.isEmpty() && this.equals(kept.open());
      offence = isToldLater ? reason : offence;
      over(Outcome.Kind.WRONG, reason);
    }

    /** The call or the connection is over: so is everything that waits on it. */
    void over(Outcome.Kind kind, String reason) {
      isOver = true;
      shared.retire();
      waiting.forEach(attempt -> attempt.failed(kind, reason));
      waiting.clear();
      pinged.forEach(attempt -> attempt.failed(kind, reason));
      pinged.clear();
    }

    void over(String reason) {
      over(Outcome.Kind.BROKEN, reason);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
      if (frame instanceof Http2PingFrame ping && ping.ack()) {
        var attempt = pinged.poll();
        if (attempt != null) {
          judge(attempt);
        }
      }
      ReferenceCountUtil.release(frame);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      over("connection closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      over("connection broken: " + cause.getMessage());
    }
  }

  /** The stream of the call: messages, of which each whole one is a status. */
  private static final class Call extends SimpleChannelInboundHandler<Http2StreamFrame> {
    private static final int PREFIX = 5;
    private static final int LIMIT = 1_024;

    private final Connection connection;
    private byte[] unread = new byte[0];

    Call(Connection connection) {
      this.connection = connection;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Http2StreamFrame frame) {
      if (frame instanceof Http2DataFrame data) {
        read(data.content());
        var _ = context.write(new DefaultHttp2WindowUpdateFrame(data.initialFlowControlledBytes()));
        context.flush();
        if (data.isEndStream()) {
          connection.over("the server ended the call");
        }
      } else if (frame instanceof Http2HeadersFrame head) {
        var status = head.headers().get("grpc-status");
        if (status != null || head.isEndStream()) {
          connection.over(status == null ? "the server ended the call" : "gRPC status " + status);
        }
      }
    }

    private void read(ByteBuf bytes) {
      var all = new ByteArrayOutputStream();
      all.writeBytes(unread);
      byte[] more = new byte[bytes.readableBytes()];
      bytes.getBytes(bytes.readerIndex(), more);
      all.writeBytes(more);
      byte[] rest = all.toByteArray();
      while (rest.length >= PREFIX && !connection.isOver) {
        int length = PREFIX + ByteBuffer.wrap(rest).getInt(1);
        if (length < PREFIX || length > LIMIT) {
          connection.over("a message of " + (length - PREFIX) + " bytes is no status");
          return;
        }
        if (rest.length < length) {
          break;
        }
        connection.told(GrpcHealth.status(Arrays.copyOf(rest, length)));
        rest = Arrays.copyOfRange(rest, length, rest.length);
      }
      unread = rest;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      connection.over("the call ended");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      connection.over("the call broke: " + cause.getMessage());
    }
  }
}
