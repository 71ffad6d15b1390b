package dev.ballast.proxy;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The metrics of routes and pools: how exchanges ended, and how long they took. Safe for all threads. */
final class TrafficMetrics {
  private static final Map<String, BackendCounter> CLASSES =
      Map.of(
          "2xx", BackendCounter.ANSWERS_2XX,
          "3xx", BackendCounter.ANSWERS_3XX,
          "4xx", BackendCounter.ANSWERS_4XX,
          "5xx", BackendCounter.ANSWERS_5XX);

  private TrafficMetrics() {}

  static List<MetricSnapshot> ofRoutes(Bookkeeper bookkeeper) {
    List<RouteAccount> accounts = bookkeeper.accounts();
    var inFlight = new ArrayList<ProxyMetrics.Point>();
    var ended = new ArrayList<ProxyMetrics.Point>();
    var durations =
        histogram(
            "route_duration_seconds",
            "From the head of a request, or the beginning of a stream, to its end");
    for (RouteAccount account : accounts) {
      Labels labels = labels(account.key());
      inFlight.add(new ProxyMetrics.Point(labels, account.read(RouteCounter.IN_FLIGHT)));
      for (RouteCounter counter : RouteCounter.values()) {
        if (counter.isOutcome()) {
          ended.add(
              new ProxyMetrics.Point(
                  labels.add("outcome", counter.outcome()), account.read(counter)));
        }
      }
      durations.dataPoint(point(labels, account.durations()));
    }
    return List.of(
        ProxyMetrics.gauge("route_in_flight", "Exchanges and streams of the route now", inFlight),
        ProxyMetrics.total(
            "route_exchanges_total",
            "Exchanges by the class of their answer's status, and streams by their end",
            ended),
        durations.build(),
        ProxyMetrics.gauge(
            "routes_sharing",
            "Routes that are counted together, as \"other\", because there are too many",
            List.of(new ProxyMetrics.Point(Labels.EMPTY, bookkeeper.sharing()))));
  }

  private static Labels labels(RouteAccount.Key key) {
    return Labels.of(
        "load_balancer", key.balancer(), "listener", key.listener(), "route", key.route());
  }

  static List<MetricSnapshot> ofPools(Collection<PoolPlan> pools) {
    var answers = new ArrayList<ProxyMetrics.Point>();
    for (PoolPlan pool : pools) {
      for (PoolMember member : pool.members()) {
        Labels labels = Labels.of("pool", pool.name(), "backend", member.handle().name());
        CLASSES.forEach(
            (name, counter) ->
                answers.add(
                    new ProxyMetrics.Point(
                        labels.add("class", name), member.handle().read(counter))));
      }
    }
    return List.of(
        ProxyMetrics.total(
            "backend_answers_total",
            "Final answers of the backend by the class of their status",
            answers),
        ofPools(
            "pool_first_byte_seconds",
            "From a request to the first byte of its answer, over all backends of the pool",
            pools,
            PoolCell::answers),
        ofPools(
            "pool_connect_seconds",
            "Connects to backends of the pool that came about, TLS included",
            pools,
            PoolCell::connects));
  }

  private static MetricSnapshot ofPools(
      String name, String help, Collection<PoolPlan> pools, Function<PoolCell, Durations> which) {
    var metric = histogram(name, help);
    pools.forEach(
        pool ->
            metric.dataPoint(
                point(Labels.of("pool", pool.name()), pool.handle().durations(which))));
    return metric.build();
  }

  private static HistogramSnapshot.Builder histogram(String name, String help) {
    return HistogramSnapshot.builder().name(ProxyMetrics.PREFIX + name).help(help);
  }

  private static HistogramDataPointSnapshot point(Labels labels, List<Durations> perLoop) {
    long[] counts = new long[Durations.STEPS];
    double sum = 0;
    for (Durations durations : perLoop) {
      durations.addTo(counts);
      sum += durations.sumSeconds();
    }
    var buckets = ClassicHistogramBuckets.builder();
    for (int step = 0; step < Durations.STEPS; step++) {
      buckets.bucket(Durations.bound(step), counts[step]);
    }
    return HistogramDataPointSnapshot.builder()
        .labels(labels)
        .classicHistogramBuckets(buckets.build())
        .sum(sum)
        .build();
  }
}
