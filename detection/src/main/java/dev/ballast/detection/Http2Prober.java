package dev.ballast.detection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** Asks over HTTP/2, a stream for each probe, on one connection that stays open: plain HTTP, or a unary gRPC call. */
final class Http2Prober implements Prober {
  private final Connector connector;
  private final Http2Question question;
  private final Kept<SharedConnection> kept = new Kept<>(connection -> connection);

  Http2Prober(Connector connector, Http2Question question) {
    this.connector = connector;
    this.question = question;
  }

  @Override
  public void probe(boolean isFresh, Attempt attempt) {
    var existing = kept.open();
    if (existing != null && existing.isUsable() && !isFresh) {
      ask(existing, attempt, true);
      return;
    }
    kept.retire();
    connect(attempt);
  }

  private void connect(Attempt attempt) {
    connector.connect(
        attempt,
        channel -> {
          var connection = new SharedConnection(channel);
          ask(connection, attempt, false);
          kept.keep(connection);
        },
        Http2FrameCodecBuilder.forClient().build(),
        new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
        new Connection());
  }

  private void ask(SharedConnection connection, Attempt attempt, boolean isReused) {
    connection.carry(attempt);
    attempt.phase("waiting for the head");
    var stream = new Stream(connection, attempt, isReused);
    var _ =
        new Http2StreamChannelBootstrap(connection.channel())
            .handler(stream)
            .open()
            .addListener(
                opened -> {
                  if (opened.isSuccess()) {
                    send((Channel) opened.getNow());
                  } else {
                    stream.lost(opened.cause());
                  }
                });
  }

  private void send(Channel stream) {
    byte[] body = question.body();
    var _ = stream.write(new DefaultHttp2HeadersFrame(question.head(), body.length == 0));
    if (body.length > 0) {
      var _ =
          stream.write(
              new DefaultHttp2DataFrame(stream.alloc().buffer(body.length).writeBytes(body), true));
    }
    stream.flush();
  }

  @Override
  public void close() {
    kept.close();
  }

  /** Sees what is not of a stream: failures of the connection. */
  private static final class Connection extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
      ReferenceCountUtil.release(frame);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      SharedConnection.drop(context.channel());
    }
  }

  /** One probe's stream. */
  private final class Stream extends SimpleChannelInboundHandler<Http2StreamFrame> {
    private final SharedConnection connection;
    private final Attempt attempt;
    private final Http2Question.Answer answer = question.newAnswer();
    private boolean isReused;
    private boolean isLost;

    Stream(SharedConnection connection, Attempt attempt, boolean isReused) {
      this.connection = connection;
      this.attempt = attempt;
      this.isReused = isReused;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Http2StreamFrame frame) {
      isReused = false;
      switch (frame) {
        case Http2HeadersFrame head -> {
          attempt.phase("reading the body");
          answer.head(head.headers());
          judgeIf(head.isEndStream(), context);
        }
        case Http2DataFrame data -> {
          ByteBuf bytes = data.content();
          answer.body(bytes);
          judgeIf(data.isEndStream(), context);
        }
        case Http2ResetFrame reset ->
            attempt.failed(
                Outcome.Kind.BROKEN,
                "the stream was reset (HTTP/2 error " + reset.errorCode() + ")");
        default -> {}
      }
    }

    private void judgeIf(boolean isEnd, ChannelHandlerContext stream) {
      if (isEnd || answer.isEnough()) {
        answer.judge(attempt);
      }
      if (!isEnd && answer.isEnough()) {
        var _ = stream.close();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      lost(null);
    }

    /** There is no stream, or no longer. On a connection that was open before this proves nothing, so it is asked again. */
    void lost(@Nullable Throwable cause) {
      if (isLost || attempt.isOver()) {
        return;
      }
      isLost = true;
      if (isReused) {
        connection.over(false);
        connect(attempt);
      } else if (cause == null) {
        attempt.closed();
      } else {
        attempt.failed(cause);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (cause instanceof Http2Exception) {
        attempt.failed(Outcome.Kind.WRONG, "no HTTP/2 answer: " + cause.getMessage());
      } else {
        attempt.failed(cause);
      }
      var _ = context.close();
    }
  }
}
