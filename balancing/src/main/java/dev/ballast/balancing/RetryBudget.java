package dev.ballast.balancing;

import dev.ballast.model.Retries;

/**
 * How many exchanges of a pool may be retries at once: a share of those in flight, and always a few. While single backends
 * fail, every exchange gets its second try; when all of them do, retries can't multiply the load that broke them.
 */
public final class RetryBudget {
  private RetryBudget() {}

  /**
   * Whether one more exchange may be tried again.
   *
   * @param inFlight exchanges of the pool in flight, retries among them
   * @param retrying those of them that are being retried
   */
  public static boolean allows(Retries retries, long inFlight, long retrying) {
    long share = inFlight * retries.budgetPercent() / 100;
    return retrying < Math.max(retries.budgetMin(), share);
  }
}
