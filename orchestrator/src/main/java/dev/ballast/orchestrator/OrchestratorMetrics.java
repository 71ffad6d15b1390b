package dev.ballast.orchestrator;

import dev.ballast.detection.ProbeCounters;
import dev.ballast.detection.ProbeMetrics;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What an orchestrator counts, in Prometheus' text format. One report is drawn up for each scrape. Thread-safe. */
final class OrchestratorMetrics {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
  private final Source source;

  /** Of the scrape under way; scrapes take turns. */
  private @Nullable OrchestratorReport current;

  /** Draws up reports. */
  interface Source {
    OrchestratorReport report() throws InterruptedException;

    ProbeCounters probes() throws InterruptedException;
  }

  OrchestratorMetrics(Source source) {
    this.source = source;
    registerShares();
    registerWrites();
  }

  private void registerShares() {
    gauge("shares", "Shares, of 256, that are this orchestrator's.", OrchestratorReport::shares);
    gauge("subjects", "Backends and LB servers in its shares.", OrchestratorReport::subjects);
    gauge("members", "Orchestrators that share out the work.", report -> report.group().members());
    gauge(
        "unowned_shares",
        "Shares that nobody held at the last look.",
        report -> report.group().unowned());
    gauge(
        "controller_connected",
        "1 while a controller answers.",
        report -> report.sync().connected() ? 1 : 0);
    counter(
        "shares_lost_total",
        "Shares lost without having been handed over.",
        report -> report.group().lost());
  }

  private void registerWrites() {
    counter(
        "status_batches_total", "Transactions with statuses.", report -> report.writes().batches());
    labelled(
        "statuses_total",
        "Statuses handed to the database, by what became of them.",
        "outcome",
        report ->
            Map.of(
                "stale", (double) report.writes().stale(),
                "gone", (double) report.writes().gone(),
                "written",
                    (double)
                        (report.writes().statuses()
                            - report.writes().stale()
                            - report.writes().gone())));
    counter(
        "status_failures_total",
        "Transactions that failed and were tried again.",
        report -> report.writes().failures());
    gauge(
        "statuses_waiting",
        "Statuses that wait to be written.",
        report -> report.writes().waiting());
    counter("questions_total", "Questions to LB servers.", OrchestratorReport::questions);
    counter(
        "questions_unanswered_total",
        "Of these, without an answer.",
        OrchestratorReport::unanswered);
  }

  private void gauge(String name, String help, ToDoubleFunction<OrchestratorReport> value) {
    GaugeWithCallback.builder()
        .name("ballast_orchestrator_" + name)
        .help(help)
        .callback(callback -> callback.call(value.applyAsDouble(current())))
        .register(registry);
  }

  private void counter(String name, String help, ToDoubleFunction<OrchestratorReport> value) {
    CounterWithCallback.builder()
        .name("ballast_orchestrator_" + name)
        .help(help)
        .callback(callback -> callback.call(value.applyAsDouble(current())))
        .register(registry);
  }

  private void labelled(
      String name,
      String help,
      String label,
      Function<OrchestratorReport, Map<String, Double>> values) {
    CounterWithCallback.builder()
        .name("ballast_orchestrator_" + name)
        .help(help)
        .labelNames(label)
        .callback(
            callback -> values.apply(current()).forEach((key, value) -> callback.call(value, key)))
        .register(registry);
  }

  private OrchestratorReport current() {
    return Objects.requireNonNull(current, "only scraped through text()");
  }

  String contentType() {
    return writer.getContentType();
  }

  /** Everything, as of now. */
  synchronized String text() throws InterruptedException {
    current = source.report();
    var all = new ArrayList<>(registry.scrape().stream().toList());
    all.addAll(ProbeMetrics.of(source.probes()));
    var out = new ByteArrayOutputStream();
    try {
      writer.write(out, new MetricSnapshots(all));
    } catch (IOException e) {
      throw new AssertionError("writing to memory cannot fail", e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
