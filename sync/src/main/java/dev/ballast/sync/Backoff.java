package dev.ballast.sync;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: doubling from 50 ms to 5 s, each time a random point of the upper half, so that many
 * clients do not come back at once. Owned by one thread.
 */
final class Backoff {
  static final Duration SHORTEST = Duration.ofMillis(50);
  static final Duration LONGEST = Duration.ofSeconds(5);

  private final RandomGenerator random;
  private long ceilingMillis = SHORTEST.toMillis();

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  Duration next() {
    long half = ceilingMillis / 2;
    Duration wait = Duration.ofMillis(half + random.nextLong(half + 1));
    ceilingMillis = Math.min(LONGEST.toMillis(), ceilingMillis * 2);
    return wait;
  }

  void reset() {
    ceilingMillis = SHORTEST.toMillis();
  }
}
