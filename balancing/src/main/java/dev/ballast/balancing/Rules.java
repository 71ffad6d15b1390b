package dev.ballast.balancing;

import dev.ballast.model.Pool;

/**
 * What a pool asks of those that are picked, and where the LB server that asks stands.
 *
 * @param panicThresholdPercent when a smaller share than this of all that could serve is eligible, all of these are used; 0: never
 * @param failoverPercent a priority group is used while so large a share of it is eligible, 1 to 100
 * @param spillPercent the own zone suffices while so large a share of it is eligible, by weight, 1 to 100; 0: zones do not matter
 * @param ownZone of the LB server, or empty
 */
public record Rules(
    boolean hasHealthCheck,
    int panicThresholdPercent,
    int failoverPercent,
    int spillPercent,
    String ownZone) {

  /** Those of a pool, for an LB server in the zone. */
  public static Rules of(Pool pool, String ownZone) {
    return new Rules(
        pool.healthCheck().isPresent(),
        pool.panicThresholdPercent(),
        pool.preference().failoverPercent(),
        pool.preference().spillPercent(),
        ownZone);
  }

  /** Whether one zone is preferred to the others. */
  boolean isForZone() {
    return spillPercent > 0 && !ownZone.isEmpty();
  }
}
