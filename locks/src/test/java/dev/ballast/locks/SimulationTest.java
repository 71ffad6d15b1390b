package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Seeded simulations of leases and groups under faults. {@code -Dballast.schedules=100000} sets how many of each are run,
 * {@code -Dballast.seed=N} where they begin: the seed that a failure prints, alone, with {@code -Dballast.schedules=1}.
 */
class SimulationTest {
  private static final int SCHEDULES = Integer.getInteger("ballast.schedules", 1500);
  private static final long SEED = Long.getLong("ballast.seed", new Random().nextInt(1 << 30));

  @Test
  void shouldKeepLocksApartAndServeAllInTheEnd() {
    int wrong = 0;
    long grants = 0;
    long begun = System.nanoTime();
    for (int i = 0; i < SCHEDULES; i++) {
      var schedule = new LockSchedule(SEED + i, Mutation.NONE).run();
      assertThat(schedule.world().violations).as("seed %d", SEED + i).isEmpty();
      wrong += schedule.isUnfencedWrong() ? 1 : 0;
      grants += schedule.grants();
    }
    System.out.printf(
        "%d schedules of locks from seed %d: %d grants, %d with lost updates where no fence is, in %d ms%n",
        SCHEDULES, SEED, grants, wrong, (System.nanoTime() - begun) / 1_000_000);
    assertThat(wrong).isPositive();
  }

}
