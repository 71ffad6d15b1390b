package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Algorithm;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No dead picks: whatever has happened to a pool, an eligible member that was not tried is picked, as long as there is one. */
class BalancerHistoryTest {
  private static final int TRIES = 4;

  static Stream<Algorithm> algorithms() {
    return EveryAlgorithm.all();
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void shouldPickWhomItMayAsLongAsOneIsLeft(Algorithm algorithm) {
    int[] sizes = {0, 1, 2, 3, 7, 16, 17, 40, 100};
    for (long seed = 0; seed < 60; seed++) {
      var random = new Random(seed);
      int size = sizes[random.nextInt(sizes.length)];
      live(new LivingPool(algorithm, EveryAlgorithm.pool(size, random), random), 400, random, seed);
    }
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void shouldDoSoAmongTenThousand(Algorithm algorithm) {
    var random = new Random(5);
    var pool = new LivingPool(algorithm, EveryAlgorithm.pool(10_000, random), random);
    live(pool, 300, random, 5);
  }

  private static void live(LivingPool pool, int steps, Random random, long seed) {
    for (int step = 0; step < steps; step++) {
      int event = random.nextInt(100);
      if (event < 55) {
        exchange(pool, 1 + random.nextInt(TRIES), "seed " + seed + ", step " + step);
      } else if (event < 97) {
        pool.endOne();
      } else {
        pool.changeEligibility();
      }
    }
    while (pool.inFlight() > 0) {
      pool.endOne();
    }
    exchange(pool, TRIES, "seed " + seed + ", at the end");
  }

  /** Picks one after the other, each after the others were tried. */
  private static void exchange(LivingPool pool, int tries, String when) {
    Tried tried = Tried.upTo(tries);
    for (int count = 0; count < tries; count++) {
      int index = pool.pick(tried);
      if (count >= pool.eligibleCount()) {
        assertThat(index).as(when).isEqualTo(Balancer.NONE);
        return;
      }
      assertThat(index).as(when).isBetween(0, pool.eligibleCount() - 1);
      assertThat(tried.contains(index)).as(when).isFalse();
      tried.add(index);
    }
  }
}
