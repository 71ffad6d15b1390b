package dev.ballast.detection;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * Asks over HTTP/1.1, on one connection that stays open. A connection that the server has closed in the meantime proves nothing: the
 * request then goes out again on a fresh one, within the same time-out.
 */
final class HttpProber implements Prober {
  private static final int HEAD_LIMIT = 64 * 1024;

  private final Connector connector;
  private final ProbeSpec.Http spec;
  private @Nullable Channel idle;
  private boolean isClosed;

  HttpProber(Connector connector, ProbeSpec.Http spec) {
    this.connector = connector;
    this.spec = spec;
  }

  @Override
  public void probe(boolean isFresh, Attempt attempt) {
    var open = idle;
    idle = null;
    if (open != null && open.isActive() && !isFresh) {
      open.pipeline().get(Exchange.class).ask(open, attempt, true);
      return;
    }
    if (open != null) {
      var _ = open.close();
    }
    connect(attempt);
  }

  private void connect(Attempt attempt) {
    var exchange = new Exchange();
    connector.connect(
        attempt,
        channel -> exchange.ask(channel, attempt, false),
        new HttpClientCodec(4_096, HEAD_LIMIT, 8_192),
        exchange);
  }

  private FullHttpRequest request() {
    var request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(spec.method()),
            spec.path(),
            Unpooled.EMPTY_BUFFER);
    request.headers().set(HttpHeaderNames.HOST, spec.host());
    request.headers().set(HttpHeaderNames.USER_AGENT, "ballast-probe");
    spec.headers().forEach(request.headers()::set);
    return request;
  }

  @Override
  public void close() {
    isClosed = true;
    if (idle != null) {
      var _ = idle.close();
      idle = null;
    }
  }

  /** One connection, and the probe that is under way on it. */
  private final class Exchange extends SimpleChannelInboundHandler<HttpObject> {
    private @Nullable Attempt attempt;
    private HttpAnswer answer = new HttpAnswer(spec);
    private boolean isReused;
    private boolean isKept;
    private boolean isInterim;

    void ask(Channel channel, Attempt next, boolean reused) {
      attempt = next;
      answer = new HttpAnswer(spec);
      isReused = reused;
      next.on(channel);
      next.phase("waiting for the head");
      var _ = channel.writeAndFlush(request(), channel.voidPromise());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
      var current = attempt;
      if (current == null || part.decoderResult().isFailure()) {
        broken(context, part.decoderResult().cause());
        return;
      }
      isReused = false;
      if (part instanceof HttpResponse response) {
        isInterim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        answer.head(response.status().code());
        isKept = HttpUtil.isKeepAlive(response);
        current.phase("reading the body");
        if (answer.isEnough()) {
          finish(context, current, false);
          return;
        }
      }
      if (!isInterim && part instanceof HttpContent content) {
        answer.body(content.content());
        if (part instanceof LastHttpContent) {
          finish(context, current, isKept);
        } else if (answer.isEnough()) {
          finish(context, current, false);
        }
      }
    }

    private void finish(ChannelHandlerContext context, Attempt current, boolean isReusable) {
      attempt = null;
      answer.judge(current);
      if (isReusable && idle == null && !isClosed && answer.fault() == null) {
        idle = context.channel();
      } else {
        var _ = context.close();
      }
    }

    private void broken(ChannelHandlerContext context, @Nullable Throwable cause) {
      var current = attempt;
      attempt = null;
      if (current != null) {
        current.failed(
            Outcome.Kind.WRONG,
            "no HTTP answer" + (cause == null ? "" : ": " + cause.getMessage()));
      }
      var _ = context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      lost(context, null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      lost(context, cause);
    }

    private void lost(ChannelHandlerContext context, @Nullable Throwable cause) {
      if (context.channel().equals(idle)) {
        idle = null;
      }
      var current = attempt;
      attempt = null;
      if (current != null && !current.isOver()) {
        if (isReused) {
          connect(current);
        } else if (cause == null) {
          current.closed();
        } else {
          current.failed(cause);
        }
      }
      var _ = context.close();
    }
  }
}
