package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * From a backend's fault to every LB server: a round of each fault. {@code ./bench health} does many, on a quiet machine, against the
 * targets of docs/health-timeline.md; the limits here are those of a machine that does much else.
 */
final class HealthTimelineIT {
  private static final int ROUNDS = 1;
  private static final Duration FIRST_BYTE = Duration.ofSeconds(3);

  /** From the fault to the last LB server. */
  private static final Map<HealthFault, Double> LIMIT_MILLIS =
      Map.of(
          HealthFault.KILLED, 2_500.0,
          HealthFault.FROZEN, 6_000.0,
          HealthFault.UNAVAILABLE, 3_500.0,
          HealthFault.CUT, 6_000.0);

  /** From the verdict to the last LB server. */
  private static final double SPREAD_LIMIT_MILLIS = 500;

  @Test
  void shouldTakeABackendOutSoonWhateverBefallsItAndFailNoRequestThatMayBeRetried() {
    try (var timeline = new HealthTimeline("health-timeline", FIRST_BYTE)) {
      timeline.warmUp();
      var samples = new EnumMap<HealthFault, List<HealthSample>>(HealthFault.class);
      for (int round = 0; round < ROUNDS; round++) {
        for (HealthFault fault : HealthFault.values()) {
          samples.computeIfAbsent(fault, _ -> new ArrayList<>()).addAll(timeline.round(fault));
        }
      }
      for (HealthFault fault : HealthFault.values()) {
        print(fault, samples.get(fault), timeline);
      }
      for (HealthFault fault : HealthFault.values()) {
        assertThat(samples.get(fault))
            .as(fault.text())
            .allSatisfy(
                sample -> {
                  assertThat(sample.toUsedMillis()).isBetween(0.0, LIMIT_MILLIS.get(fault));
                  assertThat(sample.spreadMillis()).isBetween(0.0, SPREAD_LIMIT_MILLIS);
                });
        var retried = timeline.requests(fault, HealthSite.RETRIED);
        assertThat(retried.failed()).as(fault.text() + ": " + retried.failures()).isZero();
        assertThat(retried.sent()).as(fault.text()).isPositive();
      }
    }
  }

  private static void print(
      HealthFault fault, List<HealthSample> samples, HealthTimeline timeline) {
    samples.forEach(sample -> System.out.println(sample.json()));
    String name = "health_" + fault.name().toLowerCase(java.util.Locale.ROOT);
    Figures.print(name + "_out_max_ms", max(samples, HealthSample::toUsedMillis));
    Figures.print(name + "_spread_max_ms", max(samples, HealthSample::spreadMillis));
    for (String pool : HealthSite.POOLS) {
      var requests = timeline.requests(fault, pool);
      Figures.print(name + "_requests_" + pool, requests.sent());
      Figures.print(name + "_requests_failed_" + pool, requests.failed());
      Figures.print(name + "_requests_slowest_ms_" + pool, requests.slowestMillis());
      System.out.println(requests.failures());
    }
  }

  private static double max(
      List<HealthSample> samples, java.util.function.ToDoubleFunction<HealthSample> what) {
    return samples.stream()
        .max(Comparator.comparingDouble(what))
        .map(what::applyAsDouble)
        .orElseThrow();
  }
}
