package dev.ballast.proxy;

import java.util.random.RandomGenerator;

/** Where the requests of a route go. Immutable. */
sealed interface RouteTarget {
  /** To a pool. */
  record ToPool(PoolPlan pool) implements RouteTarget {}

  /** To one of several pools, by chance; whatever is tried again for a request stays with its pool. */
  final class Split implements RouteTarget {
    private final PoolPlan[] pools;
    private final int[] weights;
    private final int sum;

    /** @param weights of the pools, not all 0 */
    Split(PoolPlan[] pools, int[] weights) {
      this.pools = pools;
      this.weights = weights;
      this.sum = java.util.Arrays.stream(weights).sum();
    }

    PoolPlan draw(RandomGenerator random) {
      int drawn = random.nextInt(sum);
      int index = 0;
      while (drawn >= weights[index]) {
        drawn -= weights[index++];
      }
      return pools[index];
    }
  }

  /** Nowhere: we answer. */
  record Answered(RouteAnswer answer) implements RouteTarget {}
}
