package dev.ballast.cli;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * One HTTP connection to a test backend. Every answer says who gave it, in the header {@code X-Backend}.
 *
 * <pre>
 * /           the name of the backend; a request's body comes back as it is
 * /healthz    200, or 503 when the fault "healthy=false" is set
 * /headers    the request's headers as they arrived
 * /bytes/N    N bytes, at most 1 MiB
 * /faults     the faults; POST /faults?delay=200ms&amp;errors=0.1 changes them
 * </pre>
 *
 * <p>Owned by the connection's event loop. While an answer is delayed, what was already read waits in {@code waiting} and
 * nothing more is read.
 */
final class HttpEcho extends ChannelInboundHandlerAdapter {
  private static final int BYTES_LIMIT = 1 << 20;
  private static final String BYTES_PATH = "/bytes/";

  private final String name;
  private final AtomicReference<BackendFaults> faults;
  private final Supplier<RandomGenerator> random;
  private final Queue<HttpObject> waiting = new ArrayDeque<>();
  private boolean isDelayed;
  private boolean isEchoing;
  private boolean isLast;

  HttpEcho(String name, AtomicReference<BackendFaults> faults, Supplier<RandomGenerator> random) {
    this.name = name;
    this.faults = faults;
    this.random = random;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    var object = (HttpObject) message;
    if (isDelayed) {
      waiting.add(object);
    } else {
      take(context, object);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  private void take(ChannelHandlerContext context, HttpObject object) {
    if (object instanceof HttpRequest request) {
      long delayMillis = faults.get().delay().toMillis();
      if (delayMillis > 0 && !isManagement(request)) {
        delay(context, request, delayMillis);
      } else {
        request(context, request);
      }
    } else if (object instanceof HttpContent content) {
      content(context, content);
    }
  }

  private void delay(ChannelHandlerContext context, HttpRequest request, long delayMillis) {
    isDelayed = true;
    context.channel().config().setAutoRead(false);
    Future<?> _ =
        context
            .executor()
            .schedule(() -> resume(context, request), delayMillis, TimeUnit.MILLISECONDS);
  }

  private void resume(ChannelHandlerContext context, HttpRequest request) {
    isDelayed = false;
    if (!context.channel().isActive()) {
      releaseWaiting();
      return;
    }
    request(context, request);
    while (!isDelayed && !waiting.isEmpty()) {
      take(context, waiting.remove());
    }
    context.flush();
    if (!isDelayed) {
      context.channel().config().setAutoRead(context.channel().isWritable());
    }
  }

  /** Faults don't hit what sets and observes them. */
  private static boolean isManagement(HttpRequest request) {
    return request.uri().startsWith("/faults") || request.uri().startsWith("/healthz");
  }

  private void request(ChannelHandlerContext context, HttpRequest request) {
    isLast = !HttpUtil.isKeepAlive(request);
    isEchoing = false;
    if (request.decoderResult().isFailure()) {
      isLast = true;
      answer(context, HttpResponseStatus.BAD_REQUEST, "this is not HTTP\n");
    } else if (isManagement(request) || !fails(context)) {
      route(context, request);
    }
  }

  private boolean fails(ChannelHandlerContext context) {
    BackendFaults now = faults.get();
    if (now.resets() > 0 && random.get().nextDouble() < now.resets()) {
      context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
      ChannelFuture _ = context.close();
      return true;
    }
    if (now.errors() > 0 && random.get().nextDouble() < now.errors()) {
      answer(context, HttpResponseStatus.SERVICE_UNAVAILABLE, name + " fails as it was told to\n");
      return true;
    }
    return false;
  }

  private void route(ChannelHandlerContext context, HttpRequest request) {
    var target = new QueryStringDecoder(request.uri());
    String path = target.path();
    switch (path) {
      case "/healthz" -> health(context);
      case "/headers" -> answer(context, HttpResponseStatus.OK, lines(request.headers()));
      case "/faults" -> faults(context, request, target);
      default -> {
        if (path.startsWith(BYTES_PATH)) {
          bytes(context, path.substring(BYTES_PATH.length()));
        } else if (hasBody(request)) {
          echo(context, request);
        } else {
          answer(context, HttpResponseStatus.OK, name + "\n");
        }
      }
    }
  }

  private static boolean hasBody(HttpRequest request) {
    return HttpUtil.isTransferEncodingChunked(request)
        || HttpUtil.getContentLength(request, 0L) > 0;
  }

  private void health(ChannelHandlerContext context) {
    boolean isHealthy = faults.get().isHealthy();
    answer(
        context,
        isHealthy ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE,
        isHealthy ? "ok\n" : "unhealthy as it was told to be\n");
  }

  private void faults(
      ChannelHandlerContext context, HttpRequest request, QueryStringDecoder target) {
    try {
      if (request.method().equals(HttpMethod.POST)) {
        Map<String, String> changes =
            target.parameters().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().getLast()));
        faults.updateAndGet(now -> now.with(changes));
      } else if (request.method().equals(HttpMethod.DELETE)) {
        faults.set(BackendFaults.NONE);
      }
      answer(context, HttpResponseStatus.OK, faults.get().text() + "\n");
    } catch (IllegalArgumentException invalid) {
      answer(context, HttpResponseStatus.BAD_REQUEST, invalid.getMessage() + "\n");
    }
  }

  private void bytes(ChannelHandlerContext context, String number) {
    try {
      int length = Integer.parseInt(number);
      if (length >= 0 && length <= BYTES_LIMIT) {
        answer(context, HttpResponseStatus.OK, Unpooled.wrappedBuffer(new byte[length]));
        return;
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    answer(context, HttpResponseStatus.BAD_REQUEST, "/bytes/N: N is 0 to " + BYTES_LIMIT + "\n");
  }

  private static String lines(HttpHeaders headers) {
    return headers.entries().stream()
        .map(header -> header.getKey() + ": " + header.getValue() + "\n")
        .collect(Collectors.joining());
  }

  private void answer(ChannelHandlerContext context, HttpResponseStatus status, String text) {
    answer(context, status, Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
  }

  private void answer(ChannelHandlerContext context, HttpResponseStatus status, ByteBuf body) {
    var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
    ChannelFuture _ = context.write(named(response));
  }

  private void echo(ChannelHandlerContext context, HttpRequest request) {
    isEchoing = true;
    var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    HttpHeaders headers = response.headers();
    String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE);
    headers.set(
        HttpHeaderNames.CONTENT_TYPE,
        type == null ? HttpHeaderValues.APPLICATION_OCTET_STREAM : type);
    if (HttpUtil.isContentLengthSet(request)) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, HttpUtil.getContentLength(request));
    } else {
      HttpUtil.setTransferEncodingChunked(response, true);
    }
    ChannelFuture _ = context.write(named(response));
  }

  private HttpResponse named(HttpResponse response) {
    response.headers().set("X-Backend", name);
    if (isLast) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return response;
  }

  /** A part of a request's body: to be sent back, or to be dropped because the answer has already been given. */
  private void content(ChannelHandlerContext context, HttpContent content) {
    boolean isEnd = content instanceof LastHttpContent;
    if (isEchoing) {
      ChannelFuture _ = context.write(content);
      if (!context.channel().isWritable()) {
        context.flush();
      }
    } else {
      content.release();
    }
    if (isEnd && isLast) {
      ChannelFuture _ =
          context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (!isDelayed) {
      context.channel().config().setAutoRead(context.channel().isWritable());
    }
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent && !isDelayed) {
      ChannelFuture _ =
          context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    } else if (event instanceof ChannelInputShutdownEvent) {
      isLast = true;
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    releaseWaiting();
    context.fireChannelInactive();
  }

  private void releaseWaiting() {
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      cause.printStackTrace();
    }
    ChannelFuture _ = context.close();
  }
}
