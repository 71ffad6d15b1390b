package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Seeded simulations of leases and groups under faults. {@code -Dballast.schedules=100000} sets how many of each are run,
 * {@code -Dballast.seed=N} where they begin: with the seed that a failure prints and one schedule it comes again, and {@code
 * -Dballast.log=true} tells all that happened.
 */
class SimulationTest {
  private static final int SCHEDULES = Integer.getInteger("ballast.schedules", 500);
  private static final long SEED = Long.getLong("ballast.seed", new Random().nextInt(1 << 30));
  private static final int UNTIL_FOUND = 20_000;

  @Test
  void shouldKeepLocksApartAndServeAllInTheEnd() {
    int wrong = 0;
    long grants = 0;
    long begun = System.nanoTime();
    for (long seed = SEED; seed < SEED + SCHEDULES; seed++) {
      var schedule = new LockSchedule(seed, Mutation.NONE).run();
      assertThat(schedule.world().violations)
          .as("seed %d%n%s", seed, schedule.world().log())
          .isEmpty();
      wrong += schedule.isUnfencedWrong() ? 1 : 0;
      grants += schedule.grants();
    }
    System.out.printf(
        "%d schedules of locks from seed %d: %d grants, %d schedules lost updates where no fence is; %d ms%n",
        SCHEDULES, SEED, grants, wrong, millisSince(begun));
    assertThat(SCHEDULES < 100 || wrong > 0).as("a checker that sees lost updates").isTrue();
  }

  @Test
  void shouldKeepPartitionsApartAndBringThemWhereTheyBelong() {
    long starts = 0;
    long begun = System.nanoTime();
    for (long seed = SEED; seed < SEED + SCHEDULES; seed++) {
      var schedule = new GroupSchedule(seed, Mutation.NONE).run();
      assertThat(schedule.world().violations)
          .as("seed %d%n%s", seed, schedule.world().log())
          .isEmpty();
      starts += schedule.starts();
    }
    System.out.printf(
        "%d schedules of groups from seed %d: %d assignments; %d ms%n",
        SCHEDULES, SEED, starts, millisSince(begun));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void shouldFindWhatABrokenRuleBreaks(Mutation mutation) {
    long first =
        switch (mutation) {
          case FORGET_DOUBT -> 1630;
          case CONFUSE_ENDS -> 7210;
          default -> 1;
        };
    long seed = first;
    while (seed < first + UNTIL_FOUND && isKeptBoth(seed, mutation)) {
      seed++;
    }
    assertThat(seed - first).as("schedules until %s was found", mutation).isLessThan(UNTIL_FOUND);
    System.out.printf("%s was found by the schedule of seed %d%n", mutation, seed);
  }

  private static boolean isKeptBoth(long seed, Mutation mutation) {
    return new LockSchedule(seed, mutation).run().world().violations.isEmpty()
        && new GroupSchedule(seed, mutation).run().world().violations.isEmpty();
  }

  private static long millisSince(long begun) {
    return (System.nanoTime() - begun) / 1_000_000;
  }
}
