package dev.ballast.controller;

import java.io.IOException;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From Jetty to the endpoints and back: gate, route, answer, account. Each request has a virtual thread, and may block. */
final class ApiHandler extends Handler.Abstract {
  private static final Logger log = LoggerFactory.getLogger(ApiHandler.class);
  private static final String UNROUTED = "none";

  private final Gate gate;
  private final Router router;
  private final ControllerMetrics metrics;
  private final LongSupplier nanoTime;

  ApiHandler(Gate gate, Router router, ControllerMetrics metrics, LongSupplier nanoTime) {
    this.gate = gate;
    this.router = router;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    long startNanos = nanoTime.getAsLong();
    String pattern = UNROUTED;
    Reply reply;
    try {
      Router.Match match = router.find(request.getMethod(), path(request));
      pattern = match.route().pattern();
      if (!match.route().isOpen()) {
        admit(request);
      }
      reply = match.route().endpoint().answer(Call.of(request, match.names(), nanoTime));
    } catch (Exception failure) {
      reply = Problems.answer(failure);
    }
    switch (reply) {
      case Answer answer -> send(answer, request, response, callback);
      case Reply.Streaming stream -> send(stream, response, callback);
    }
    metrics.answered(
        pattern, request.getMethod(), response.getStatus(), nanoTime.getAsLong() - startNanos);
    return true;
  }

  /** As it was sent: {@link Router} alone takes it apart. */
  private static String path(Request request) {
    return Optional.ofNullable(request.getHttpURI().getPath())
        .filter(path -> path.startsWith("/"))
        .orElse("/");
  }

  private void admit(Request request) {
    var headers = request.getHeaders();
    var facts =
        new Gate.Facts(
            request.getMethod(),
            Request.getLocalAddr(request),
            headers.get(HttpHeader.AUTHORIZATION),
            headers.get(HttpHeader.HOST),
            headers.get(HttpHeader.ORIGIN),
            headers.get(HttpHeader.CONTENT_TYPE));
    gate.refusal(facts)
        .ifPresent(
            refused -> {
              metrics.refused(refused.refusal());
              throw refused.problem();
            });
  }

  private void send(Answer answer, Request request, Response response, Callback callback) {
    response.setStatus(answer.status());
    var headers = response.getHeaders();
    if (!answer.contentType().isEmpty()) {
      headers.put(HttpHeader.CONTENT_TYPE, answer.contentType());
    }
    headers.put(HttpHeader.CACHE_CONTROL, "no-store");
    headers.put("X-Content-Type-Options", "nosniff");
    answer.headers().forEach(headers::put);
    if (answer.status() != 304) {
      headers.put(HttpHeader.CONTENT_LENGTH, answer.body().size());
    }
    try {
      Content.Sink.write(response, true, answer.body().buffer());
      RefusedBody.drain(request, answer.status(), nanoTime);
      callback.succeeded();
    } catch (IOException failure) {
      log.debug("an answer could not be sent", failure);
      callback.failed(failure);
    }
  }

  private static void send(Reply.Streaming stream, Response response, Callback callback) {
    response.setStatus(200);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, stream.contentType());
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    try {
      stream.run(payload -> Content.Sink.write(response, false, payload.buffer()));
      callback.succeeded();
    } catch (IOException failure) {
      callback.failed(failure);
    } catch (InterruptedException failure) {
      Thread.currentThread().interrupt();
      callback.failed(failure);
    } catch (RuntimeException failure) {
      log.error("a stream ended for an unexpected reason", failure);
      callback.failed(failure);
    }
  }
}
