package dev.ballast.proxy;

import java.util.random.RandomGenerator;

/**
 * The keys that a pool's picks are made with: each event loop counts on its own from a random start, so each visits the
 * members evenly and the loops and LB servers do not march in step. Carried from snapshot to snapshot by the pool's name.
 */
final class RoundRobinSequence {
  /** Longs per loop: one cache line, so that the loops do not disturb each other. */
  private static final int STRIDE = 8;

  private final long[] next;

  RoundRobinSequence(int loops, RandomGenerator random) {
    this.next = new long[loops * STRIDE];
    for (int i = 0; i < next.length; i += STRIDE) {
      next[i] = random.nextLong(1L << 48);
    }
  }

  /** Called by the loop with this index alone. */
  long next(int loop) {
    return next[loop * STRIDE]++;
  }
}
