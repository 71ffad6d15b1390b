package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seeded schedules over targets, orchestrators, pauses and partitions: the real desks and observers of several orchestrators beside a
 * simulated database, group and network. {@code -Dballast.schedules=10000} runs so many, {@code -Dballast.seed=N} begins at another
 * seed: one schedule with the seed of a failure repeats it.
 */
class OrchestratorSimulationTest {
  private static final Logger LOG = LoggerFactory.getLogger(OrchestratorSimulationTest.class);
  private static final int SCHEDULES = Integer.getInteger("ballast.schedules", 150);
  private static final long FIRST = Long.getLong("ballast.seed", 1);

  @Test
  void shouldHoldInEverySchedule() {
    var tally = new VirtualTally();
    for (long seed = FIRST; seed < FIRST + SCHEDULES; seed++) {
      String complaint = VirtualSchedule.complaint(seed, tally);
      if (!complaint.isEmpty()) {
        assertThat(complaint)
            .as(
                "the schedule of -Dballast.seed=%d:%n%s",
                seed, String.join("\n", VirtualSchedule.trace(seed)))
            .isEmpty();
      }
    }
    LOG.info("{}", tally);
  }
}
