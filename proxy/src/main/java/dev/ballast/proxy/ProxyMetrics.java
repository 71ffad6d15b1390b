package dev.ballast.proxy;

import dev.ballast.balancing.Preferred;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The metrics, summed up from the event loops' own numbers when somebody asks; nothing is added on the request path. Labels
 * are reasons, listeners, pools and backends, so their number is bounded by the configuration. Safe for all threads.
 */
final class ProxyMetrics {
  static final String PREFIX = "ballast_proxy_";
  private static final String TOTAL = "_total";

  /** One line of a metric. */
  record Point(Labels labels, double value) {}

  private final Loops loops;
  private final Names names;
  private final AtomicReference<CompiledSnapshot> inUse;
  private final Listeners listeners;
  private final RevisionGate revisions;
  private final Bookkeeper bookkeeper;
  private final LogWriter log;
  private final Supplier<List<MetricSnapshot>> more;

  ProxyMetrics(
      Loops loops,
      Names names,
      AtomicReference<CompiledSnapshot> inUse,
      Listeners listeners,
      RevisionGate revisions,
      Bookkeeper bookkeeper,
      LogWriter log,
      Supplier<List<MetricSnapshot>> more) {
    this.more = more;
    this.bookkeeper = bookkeeper;
    this.log = log;
    this.loops = loops;
    this.names = names;
    this.inUse = inUse;
    this.listeners = listeners;
    this.revisions = revisions;
  }

  String contentType() {
    return PrometheusTextFormatWriter.CONTENT_TYPE;
  }

  void write(OutputStream out) throws IOException {
    PrometheusTextFormatWriter.create().write(out, collect());
  }

  private MetricSnapshots collect() {
    CompiledSnapshot snapshot = inUse.get();
    List<MetricSnapshot> metrics = new ArrayList<>();
    for (Counter counter : Counter.values()) {
      List<Point> sum = one(loops.sum(counter));
      metrics.add(
          counter.isTotal()
              ? total(counter.metric(), counter.help(), sum)
              : gauge(counter.metric(), counter.help(), sum));
    }
    addReasons(metrics);
    addTls(metrics, snapshot);
    metrics.add(
        gauge("names", "Host names of backends that are kept resolved", one(names.count())));
    metrics.add(
        gauge("names_waiting", "Host names that wait to be asked for", one(names.waiting())));
    metrics.add(
        total(
            "reports_refused_total",
            "Reports refused because too many waited",
            one(revisions.refused())));
    metrics.add(gauge("event_loops", "Event loops", one(loops.count())));
    metrics.add(gauge("listener_bound", "Whether the listener is bound", listeners(snapshot)));
    addPools(metrics, snapshot);
    metrics.addAll(EligibilityMetrics.of(snapshot.pools().values()));
    addMeasures(metrics, snapshot, loops.all().getFirst().nowNanos());
    addPoolCounters(metrics, snapshot);
    metrics.addAll(TrafficMetrics.ofRoutes(bookkeeper));
    metrics.addAll(TrafficMetrics.ofPools(snapshot.pools().values()));
    metrics.add(
        total(
            "access_log_unwritten_total",
            "Lines of the access log lost because its file could not be written",
            one(log.unwritten())));
    metrics.addAll(more.get());
    return new MetricSnapshots(metrics);
  }

  private void addReasons(List<MetricSnapshot> metrics) {
    metrics.add(
        total(
            "requests_refused_total",
            "Requests refused as malformed or beyond a limit",
            byReason(Violation.values(), Loop::refusedRequests)));
    metrics.add(
        total(
            "answers_refused_total",
            "Answers of backends refused as malformed or beyond a limit",
            byReason(Violation.values(), Loop::refusedAnswers)));
    metrics.add(
        total(
            "exchanges_failed_total",
            "Exchanges and streams that failed",
            byReason(Fault.values(), Loop::faults)));
  }

  private <E extends Enum<E> & Reason> List<Point> byReason(
      E[] reasons, Function<Loop, Tally<E>> tally) {
    return each(reasons, tally, reason -> Labels.of("reason", reason.token()));
  }

  private <E extends Enum<E>> List<Point> each(
      E[] constants, Function<Loop, Tally<E>> tally, Function<E, Labels> labels) {
    var points = new ArrayList<Point>();
    for (E constant : constants) {
      long sum = loops.all().stream().mapToLong(loop -> tally.apply(loop).read(constant)).sum();
      points.add(new Point(labels.apply(constant), sum));
    }
    return points;
  }

  private void addTls(List<MetricSnapshot> metrics, CompiledSnapshot snapshot) {
    metrics.add(
        total(
            "handshakes_total",
            "TLS handshakes with clients",
            handshakes(loop -> loop.tls().fromClients())));
    metrics.add(
        total(
            "handshakes_failed_total",
            "TLS connections of clients that did not come about",
            handshakeFaults(loop -> loop.tls().failedFromClients())));
    metrics.add(
        total(
            "backend_handshakes_total",
            "TLS handshakes with backends",
            handshakes(loop -> loop.tls().toBackends())));
    metrics.add(
        total(
            "backend_handshakes_failed_total",
            "TLS connections to backends that did not come about",
            handshakeFaults(loop -> loop.tls().failedToBackends())));
    var ends = new TreeMap<String, Instant>();
    snapshot.ports().values().forEach(plan -> ends.putAll(plan.certificateEnds()));
    var points = new ArrayList<Point>();
    ends.forEach(
        (name, end) -> points.add(new Point(Labels.of("certificate", name), end.getEpochSecond())));
    metrics.add(
        gauge(
            "certificate_end_seconds",
            "When a certificate in use ends, in seconds since 1970",
            points));
  }

  private List<Point> handshakes(Function<Loop, Tally<TlsCounts.Handshake>> tally) {
    return each(
        TlsCounts.Handshake.values(),
        tally,
        kind -> Labels.of("version", kind.version(), "resumed", String.valueOf(kind.isResumed())));
  }

  private List<Point> handshakeFaults(Function<Loop, Tally<HandshakeFault>> tally) {
    return each(HandshakeFault.values(), tally, why -> Labels.of("reason", why.token()));
  }

  private List<Point> listeners(CompiledSnapshot snapshot) {
    var points = new ArrayList<Point>();
    for (var listener : snapshot.listeners()) {
      Labels labels =
          Labels.of("load_balancer", listener.loadBalancer(), "listener", listener.name());
      points.add(new Point(labels, listeners.failure(listener) == null ? 1 : 0));
    }
    return points;
  }

  private static void addPools(List<MetricSnapshot> metrics, CompiledSnapshot snapshot) {
    var usable = new ArrayList<Point>();
    var panic = new ArrayList<Point>();
    var priority = new ArrayList<Point>();
    var ownZone = new ArrayList<Point>();
    var eligible = new ArrayList<Point>();
    var ejected = new ArrayList<Point>();
    var inFlight = new ArrayList<Point>();
    var requests = new ArrayList<Point>();
    var failures = new ArrayList<Point>();
    for (PoolPlan pool : snapshot.pools().values()) {
      usable.add(
          new Point(Labels.of("pool", pool.name()), pool.handle().trouble() == null ? 1 : 0));
      panic.add(new Point(Labels.of("pool", pool.name()), pool.eligibility().isPanic() ? 1 : 0));
      Preferred preferred = pool.eligibility().preferred();
      priority.add(new Point(Labels.of("pool", pool.name()), preferred.priority().orElse(-1)));
      ownZone.add(new Point(Labels.of("pool", pool.name()), preferred.ownShare()));
      for (int i = 0; i < pool.members().size(); i++) {
        BackendHandle backend = pool.members().get(i).handle();
        Labels labels = Labels.of("pool", pool.name(), "backend", backend.name());
        eligible.add(new Point(labels, pool.eligibility().isEligible(i) ? 1 : 0));
        ejected.add(new Point(labels, pool.eligibility().ejections().containsKey(i) ? 1 : 0));
        inFlight.add(new Point(labels, backend.read(BackendCounter.IN_FLIGHT)));
        requests.add(new Point(labels, backend.read(BackendCounter.REQUESTS)));
        failures.add(new Point(labels, backend.read(BackendCounter.FAILURES)));
      }
    }
    metrics.add(
        gauge(
            "pool_usable",
            "Whether all certificates that connections to the pool's backends need can be used",
            usable));
    metrics.add(gauge("pool_panic", "Whether the pool is in panic", panic));
    metrics.add(
        gauge(
            "pool_priority",
            "The priority of the group in use; -1 if there is one only, or all serve together",
            priority));
    metrics.add(
        gauge(
            "pool_own_zone_ratio",
            "The part of the pool's work that stays in the LB server's zone; 1 if no zone is preferred",
            ownZone));
    metrics.add(gauge("backend_eligible", "Whether the backend may be picked", eligible));
    metrics.add(
        gauge("backend_ejected", "Whether its own failures have taken the backend out", ejected));
    metrics.add(gauge("backend_in_flight", "Exchanges and streams at the backend now", inFlight));
    metrics.add(
        total("backend_requests_total", "Exchanges and streams begun at the backend", requests));
    metrics.add(
        total("backend_failures_total", "Exchanges and streams that the backend failed", failures));
  }

  /** What algorithms go by, besides what is in flight. */
  private static void addMeasures(
      List<MetricSnapshot> metrics, CompiledSnapshot snapshot, long nowNanos) {
    var asTold = new ArrayList<Point>();
    var responses = new ArrayList<Point>();
    var utilisations = new ArrayList<Point>();
    for (PoolPlan pool : snapshot.pools().values()) {
      asTold.add(new Point(Labels.of("pool", pool.name()), pool.trouble() == null ? 1 : 0));
      for (PoolMember member : pool.members()) {
        BackendHandle backend = member.handle();
        Labels labels = Labels.of("pool", pool.name(), "backend", backend.name());
        responses.add(new Point(labels, backend.responseNanos(nowNanos) / 1e9));
        utilisations.add(new Point(labels, backend.utilisation(nowNanos) / 1e3));
      }
    }
    metrics.add(
        gauge(
            "pool_algorithm_usable", "Whether the pool is balanced as it was told to be", asTold));
    metrics.add(
        gauge(
            "backend_response_seconds",
            "How long the backend is expected to take to answer (peak EWMA); 0 if that is not known",
            responses));
    metrics.add(
        gauge(
            "backend_utilisation",
            "How busy the backend says it is, 1 being all that it can do; 0 if it did not say",
            utilisations));
  }

  private static void addPoolCounters(List<MetricSnapshot> metrics, CompiledSnapshot snapshot) {
    for (PoolCounter counter : PoolCounter.values()) {
      List<Point> points =
          snapshot.pools().values().stream()
              .map(pool -> new Point(Labels.of("pool", pool.name()), pool.handle().read(counter)))
              .toList();
      metrics.add(gauge(counter.metric(), counter.help(), points));
    }
  }

  private static List<Point> one(long value) {
    return List.of(new Point(Labels.EMPTY, value));
  }

  /** The library appends the suffix of totals by itself. */
  static MetricSnapshot total(String name, String help, List<Point> points) {
    var metric =
        CounterSnapshot.builder()
            .name(PREFIX + name.substring(0, name.length() - TOTAL.length()))
            .help(help);
    points.forEach(
        point ->
            metric.dataPoint(
                CounterDataPointSnapshot.builder()
                    .labels(point.labels())
                    .value(point.value())
                    .build()));
    return metric.build();
  }

  static MetricSnapshot gauge(String name, String help, List<Point> points) {
    var metric = GaugeSnapshot.builder().name(PREFIX + name).help(help);
    points.forEach(
        point ->
            metric.dataPoint(
                GaugeDataPointSnapshot.builder()
                    .labels(point.labels())
                    .value(point.value())
                    .build()));
    return metric.build();
  }
}
