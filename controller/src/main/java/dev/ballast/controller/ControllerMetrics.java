package dev.ballast.controller;

import dev.ballast.configdb.FeedCounters;
import dev.ballast.configdb.FeedStatus;
import dev.ballast.configdb.StoreCounters;
import dev.ballast.model.Snapshot;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What the controller counts; labels are bounded by the routes and by the enums here. */
final class ControllerMetrics {
  private static final double[] SECONDS = {0.001, 0.005, 0.02, 0.1, 0.5, 2, 10};

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter requests;
  private final Histogram requestSeconds;
  private final Counter refused;
  private final Counter watchSent;
  private final Counter watchBytes;
  private final Counter watchEnded;
  private final Counter snapshots;
  private final LockMetrics locks = new LockMetrics(registry);

  /** How a watch ended. */
  enum WatchEnd {
    /** The client left. */
    CLIENT,
    /** The catalog could not continue it, or the controller stopped. */
    CATALOG,
    /** It was slow, and what it needed has left the window. */
    LEFT_BEHIND,
    /** It took no bytes for too long. */
    STALLED,
    /** It could not begin: its revision is not in the window. */
    GONE,
    /** It could not begin: this controller has not reached its revision. */
    LAGGING,
    /** It could not begin: there are too many. */
    LIMIT
  }

  ControllerMetrics() {
    requests =
        Counter.builder()
            .name("ballast_controller_requests_total")
            .help("Requests by route, method and status.")
            .labelNames("route", "method", "status")
            .register(registry);
    requestSeconds =
        Histogram.builder()
            .name("ballast_controller_request_seconds")
            .help("Time to the end of the answer, but for watches and waiting for wakes.")
            .unit(Unit.SECONDS)
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .labelNames("route")
            .register(registry);
    refused =
        Counter.builder()
            .name("ballast_controller_refused_total")
            .help("Requests turned away, by reason: token, host, origin, content-type.")
            .labelNames("reason")
            .register(registry);
    watchSent =
        Counter.builder()
            .name("ballast_controller_watch_sent_total")
            .help("Changes and bookmarks sent to watchers.")
            .labelNames("what")
            .register(registry);
    watchBytes =
        Counter.builder()
            .name("ballast_controller_watch_sent_bytes_total")
            .help("Bytes sent to watchers.")
            .register(registry);
    watchEnded =
        Counter.builder()
            .name("ballast_controller_watch_ended_total")
            .help("Watches that ended or were not begun, by reason.")
            .labelNames("reason")
            .register(registry);
    snapshots =
        Counter.builder()
            .name("ballast_controller_snapshots_total")
            .help("Answers to lists: full, or not-modified.")
            .labelNames("answer")
            .register(registry);
  }

  /** Adds what is read from the catalog whenever somebody asks. */
  void observe(Catalog catalog) {
    gauge("ballast_controller_watchers", "Watchers at this moment.", catalog::watchers);
    gauge(
        "ballast_controller_catalog_items",
        "Items in the catalog.",
        () -> catalog.whole().map(whole -> whole.items().size()).orElse(0));
    gauge(
        "ballast_controller_catalog_revision",
        "N of the catalog's revision; 0 before the first list.",
        () -> catalog.whole().map(Snapshot::revision).map(revision -> revision.n()).orElse(0L));
    counter(
        "ballast_controller_feed_changes_total",
        "Changes that the feed told.",
        catalog.changes::sum);
    counter("ballast_controller_feed_lists_total", "Lists that the feed told.", catalog.lists::sum);
    GaugeWithCallback.builder()
        .name("ballast_controller_feed_mode")
        .help("1 for the mode that the feed is in.")
        .labelNames("mode")
        .callback(
            callback -> {
              for (var mode : FeedStatus.Mode.values()) {
                callback.call(catalog.feed().mode() == mode ? 1 : 0, label(mode));
              }
            })
        .register(registry);
  }

  /** Adds what the database's writers and its feed count. */
  void observe(Supplier<StoreCounters> store, Supplier<FeedCounters> feed) {
    CounterWithCallback.builder()
        .name("ballast_configdb_writes_total")
        .help("Writes by outcome.")
        .labelNames("outcome")
        .callback(
            callback -> {
              StoreCounters now = store.get();
              callback.call((double) now.committed(), "committed");
              callback.call((double) now.unchanged(), "unchanged");
              callback.call((double) now.refused(), "refused");
              callback.call((double) now.unavailable(), "unavailable");
              callback.call((double) now.unknown(), "unknown");
            })
        .register(registry);
    CounterWithCallback.builder()
        .name("ballast_configdb_feed_events_total")
        .help("What the change feed has done: listings, changes by WAL and by SQL, failures.")
        .labelNames("event")
        .callback(
            callback -> {
              FeedCounters now = feed.get();
              callback.call((double) now.listings(), "listed");
              callback.call((double) now.streamed(), "streamed");
              callback.call((double) now.polled(), "polled");
              callback.call((double) now.disconnections(), "disconnected");
              callback.call((double) now.relistings(), "listed-again");
            })
        .register(registry);
  }

  LockMetrics locks() {
    return locks;
  }

  private void gauge(String name, String help, Supplier<? extends Number> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.get().doubleValue()))
        .register(registry);
  }

  private void counter(String name, String help, LongSupplier value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call((double) value.getAsLong()))
        .register(registry);
  }

  void answered(String route, String method, int status, long nanos) {
    requests.labelValues(route, knownMethod(method), Integer.toString(status)).inc();
    if (!route.equals(ListWatch.WATCH) && !route.equals(LockApi.WAKES)) {
      requestSeconds.labelValues(route).observe(Unit.nanosToSeconds(nanos));
    }
  }

  private static String knownMethod(String method) {
    return switch (method) {
      case "GET", "PUT", "POST", "DELETE", "HEAD" -> method;
      default -> "other";
    };
  }

  void refused(Gate.Refusal refusal) {
    refused.labelValues(label(refusal)).inc();
  }

  void sentChange(int bytes) {
    watchSent.labelValues("change").inc();
    watchBytes.inc(bytes);
  }

  void sentBookmark(int bytes) {
    watchSent.labelValues("bookmark").inc();
    watchBytes.inc(bytes);
  }

  void watchEnded(WatchEnd end) {
    watchEnded.labelValues(label(end)).inc();
  }

  void listed(boolean isFull) {
    snapshots.labelValues(isFull ? "full" : "not-modified").inc();
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Everything in Prometheus' text format. */
  String text() {
    var out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(out, registry.scrape());
    } catch (IOException e) {
      throw new AssertionError("writing to memory cannot fail", e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
