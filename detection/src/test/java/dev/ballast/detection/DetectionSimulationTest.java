package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Seeded schedules over targets, observers, pauses and partitions. {@code -Dballast.schedules=10000} runs so many of each kind;
 * {@code -Dballast.seed=N} begins at another seed: one schedule with the seed of a failure repeats it.
 */
class DetectionSimulationTest {
  private static final int SCHEDULES = Integer.getInteger("ballast.schedules", 150);
  private static final long FIRST = Long.getLong("ballast.seed", 1);

  @ParameterizedTest
  @EnumSource
  void shouldHoldInEverySchedule(Scenario scenario) {
    for (long seed = FIRST; seed < FIRST + SCHEDULES; seed++) {
      assertThat(scenario.complaint(seed))
          .as("%s with -Dballast.seed=%d", scenario, seed)
          .isEmpty();
    }
  }
}
