package dev.ballast.controller;

import dev.ballast.controller.ControllerMetrics.WatchEnd;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.View;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;

/** {@code /v1/snapshot} and {@code /v1/watch}. */
final class ListWatch {
  static final String WATCH = "/v1/watch";
  private static final String REVISION = "Ballast-Revision";

  private final Catalog catalog;
  private final Reads reads;
  private final WatchLimits limits;
  private final ControllerMetrics metrics;
  private final LongSupplier nanoTime;
  private final Semaphore places;

  ListWatch(
      Catalog catalog,
      Reads reads,
      WatchLimits limits,
      ControllerMetrics metrics,
      LongSupplier nanoTime) {
    this.catalog = catalog;
    this.reads = reads;
    this.limits = limits;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    this.places = new Semaphore(limits.watchers());
  }

  List<Router.Route> routes() {
    return List.of(
        Router.Route.of("GET", "/v1/snapshot", this::snapshot),
        Router.Route.of("GET", WATCH, this::watch));
  }

  private Reply snapshot(Call call) throws InterruptedException {
    reads.whole(call);
    ViewStream stream = catalog.stream(view(call));
    Snapshot now = stream.snapshot();
    String known = call.header(HttpHeader.IF_NONE_MATCH.asString()).orElse("");
    if (known.equals(tag(now.checksum()))) {
      metrics.listed(false);
      return Answer.empty(304)
          .with(HttpHeader.ETAG.asString(), known)
          .with(REVISION, now.revision().toString());
    }
    metrics.listed(true);
    ViewStream.EncodedSnapshot encoded = stream.encoded();
    return Answer.json(encoded.json())
        .with(HttpHeader.ETAG.asString(), tag(encoded.checksum()))
        .with(REVISION, encoded.revision().toString());
  }

  private Reply watch(Call call) throws InterruptedException {
    View view = view(call);
    Revision from = call.revision("from").orElseThrow(() -> missing("from=EPOCH.N"));
    Snapshot whole = reads.listed();
    if (!from.isSameEpoch(whole.revision())) {
      throw gone(from + " belongs to another epoch than " + whole.revision());
    }
    if (!catalog.await(from, reads.patience())) {
      metrics.watchEnded(WatchEnd.LAGGING);
      throw reads.lagging(from);
    }
    return new Watch(call, view, from);
  }

  private HttpProblem gone(String detail) {
    metrics.watchEnded(WatchEnd.GONE);
    return HttpProblem.of(410, "gone", detail + ": list again");
  }

  private static View view(Call call) {
    return call.parameter("view", View::parse)
        .orElseThrow(() -> missing("view=fleet:NAME, dns, targets or all"));
  }

  private static HttpProblem missing(String parameter) {
    return HttpProblem.of(400, "bad-request", "the query needs " + parameter);
  }

  private static String tag(String checksum) {
    return '"' + checksum + '"';
  }

  /** One watch, from its beginning to its end, on the request's thread. */
  private final class Watch implements Reply.Streaming {
    private final EndPoint connection;
    private final ViewStream stream;
    private final Watcher watcher;

    Watch(Call call, View view, Revision from) {
      this.connection = call.request().getConnectionMetaData().getConnection().getEndPoint();
      this.stream = catalog.stream(view);
      long longAgo = nanoTime.getAsLong() - limits.heartbeat().toNanos();
      this.watcher = new Watcher(from, longAgo, connection::close);
      if (!places.tryAcquire()) {
        metrics.watchEnded(WatchEnd.LIMIT);
        throw HttpProblem.unavailable(
            "too-many-watchers", limits.watchers() + " watchers; that is the limit");
      }
      if (!stream.join(watcher)) {
        places.release();
        throw gone("the changes since " + from + " are not known any more");
      }
    }

    @Override
    public String contentType() {
      return "application/x-ndjson";
    }

    @Override
    public void run(Out out) throws IOException, InterruptedException {
      long idleTimeoutMillis = connection.getIdleTimeout();
      connection.setIdleTimeout(limits.stall().toMillis());
      try {
        metrics.watchEnded(send(out));
      } catch (IOException failure) {
        metrics.watchEnded(reason(failure));
        throw failure;
      } finally {
        connection.setIdleTimeout(idleTimeoutMillis);
        stream.leave(watcher);
        places.release();
      }
    }

    private WatchEnd send(Out out) throws IOException, InterruptedException {
      while (true) {
        switch (stream.next(watcher)) {
          case ViewStream.Next.Lines(Payload payload) -> {
            out.send(payload);
            metrics.sentChange(payload.size());
          }
          case ViewStream.Next.Bookmark(Payload payload) -> {
            out.send(payload);
            metrics.sentBookmark(payload.size());
          }
          case ViewStream.Next.LeftBehind() -> {
            return WatchEnd.LEFT_BEHIND;
          }
          case ViewStream.Next.Ended() -> {
            return WatchEnd.CATALOG;
          }
        }
      }
    }

    private WatchEnd reason(IOException failure) {
      if (watcher.isCutOff()) {
        return WatchEnd.LEFT_BEHIND;
      }
      return failure.getCause() instanceof TimeoutException ? WatchEnd.STALLED : WatchEnd.CLIENT;
    }
  }
}
