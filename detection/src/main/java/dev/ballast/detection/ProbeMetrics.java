package dev.ballast.detection;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Locale;

/** What a {@link Probing} shows of itself at {@code /metrics} of its process. */
public final class ProbeMetrics {
  private static final String PREFIX = "ballast_detection_";
  private static final double SECOND = 1e9;

  private ProbeMetrics() {}

  /** All of them. */
  public static List<MetricSnapshot> of(ProbeCounters counters) {
    return List.of(
        gauge("targets", "What is probed", counters.targets()),
        total("probes", "Probes sent", counters.sent()),
        total("good_answers", "Probes that were answered as they should be", counters.good()),
        failures(counters),
        total(
            "lateness_seconds",
            "By how much probes went out after their schedule, in all",
            counters.latenessNanos() / SECOND),
        gauge(
            "longest_lateness_seconds",
            "By how much the latest probe of all went out after its schedule",
            counters.worstLatenessNanos() / SECOND),
        total("pauses", "Times the observer itself was away", counters.pauses()),
        total(
            "paused_seconds",
            "For how long the observer itself was away",
            counters.pausedNanos() / SECOND),
        gauge(
            "silent_targets",
            "Targets that are suspect by their silence, or were convicted by it lately",
            counters.silent()),
        gauge(
            "in_doubt",
            "Whether so many targets are silent that none is convicted by silence",
            counters.isInDoubt() ? 1 : 0));
  }

  private static MetricSnapshot failures(ProbeCounters counters) {
    var metric =
        CounterSnapshot.builder()
            .name(PREFIX + "probes_failed")
            .help("Probes that failed, by what that proves");
    for (Outcome.Kind kind : Outcome.Kind.values()) {
      String name = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
      metric.dataPoint(
          CounterDataPointSnapshot.builder()
              .labels(Labels.of("kind", name))
              .value((double) counters.failed(kind))
              .build());
    }
    return metric.build();
  }

  private static MetricSnapshot total(String name, String help, Number value) {
    return CounterSnapshot.builder()
        .name(PREFIX + name)
        .help(help)
        .dataPoint(CounterDataPointSnapshot.builder().value(value.doubleValue()).build())
        .build();
  }

  private static MetricSnapshot gauge(String name, String help, Number value) {
    return GaugeSnapshot.builder()
        .name(PREFIX + name)
        .help(help)
        .dataPoint(GaugeDataPointSnapshot.builder().value(value.doubleValue()).build())
        .build();
  }
}
