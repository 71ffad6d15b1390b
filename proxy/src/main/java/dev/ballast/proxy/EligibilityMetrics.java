package dev.ballast.proxy;

import dev.ballast.balancing.Eligibility;
import dev.ballast.balancing.Standing;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The metrics of pools that say how many of their backends may be picked, and why so many: also those whose health nobody knows,
 * and those that only panic takes in. Safe for all threads.
 */
final class EligibilityMetrics {
  private static final double PERCENT = 100;

  private EligibilityMetrics() {}

  static List<MetricSnapshot> of(Collection<PoolPlan> pools) {
    var standings = new ArrayList<ProxyMetrics.Point>();
    var eligible = new ArrayList<ProxyMetrics.Point>();
    var thresholds = new ArrayList<ProxyMetrics.Point>();
    for (PoolPlan pool : pools) {
      Labels labels = Labels.of("pool", pool.name());
      Map<Standing, Long> counts = count(pool.eligibility());
      for (Standing standing : Standing.values()) {
        standings.add(
            new ProxyMetrics.Point(
                labels.add("standing", Reports.word(standing)), counts.getOrDefault(standing, 0L)));
      }
      eligible.add(new ProxyMetrics.Point(labels, countEligible(pool.eligibility())));
      thresholds.add(new ProxyMetrics.Point(labels, pool.handle().panicThreshold() / PERCENT));
    }
    return List.of(
        ProxyMetrics.gauge(
            "pool_backends", "Backends of the pool, by how each stands by itself", standings),
        ProxyMetrics.gauge(
            "pool_eligible_backends", "Backends of the pool that may be picked now", eligible),
        ProxyMetrics.gauge(
            "pool_panic_threshold_ratio",
            "With a smaller part than this eligible, the pool is in panic; 0: never",
            thresholds));
  }

  private static Map<Standing, Long> count(Eligibility eligibility) {
    return eligibility.standings().stream()
        .collect(Collectors.groupingBy(standing -> standing, Collectors.counting()));
  }

  private static long countEligible(Eligibility eligibility) {
    long count = 0;
    for (int i = 0; i < eligibility.standings().size(); i++) {
      count += eligibility.isEligible(i) ? 1 : 0;
    }
    return count;
  }
}
