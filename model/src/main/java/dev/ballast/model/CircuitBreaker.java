package dev.ballast.model;

import java.time.Duration;

/**
 * What an LB server asks of a pool at most, summed over its event loops; 1 to 1,000,000 each.
 *
 * @param connections to the backends of the pool
 * @param requests in flight; streams count as requests
 * @param pending exchanges that wait because one of the others is reached; 0: none waits
 * @param queueTimeout how long one waits, 1 ms to 1 min
 */
public record CircuitBreaker(int connections, int requests, int pending, Duration queueTimeout) {
  private static final CircuitBreaker DEFAULTS =
      new CircuitBreaker(20_000, 20_000, 1_024, Duration.ofSeconds(1));

  public CircuitBreaker {
    Ranges.require("connections", connections, 1, 1_000_000);
    Ranges.require("requests", requests, 1, 1_000_000);
    Ranges.require("pending", pending, 0, 1_000_000);
    Ranges.require("queueTimeout", queueTimeout, Duration.ofMillis(1), Duration.ofMinutes(1));
  }

  public static CircuitBreaker defaults() {
    return DEFAULTS;
  }
}
