package dev.ballast.model;

/**
 * Which of a pool's backends an LB server prefers to the others. It changes who is picked, never how: algorithms know nothing of it.
 *
 * @param failoverPercent 1 to 100: the backends of a priority group are used while so large a share of them is eligible, else those of
 *     the next group
 * @param spillPercent 1 to 100: only backends of the LB server's own zone are used while so large a share of them is eligible, by
 *     weight; 0: zones do not matter
 * @param subsetSize 1 to {@value #MOST_SUBSET}: how many of the backends an LB server uses; 0: all
 */
public record Preference(int failoverPercent, int spillPercent, int subsetSize) {
  public static final int DEFAULT_FAILOVER_PERCENT = 50;
  public static final int DEFAULT_SPILL_PERCENT = 70;
  public static final int MOST_SUBSET = 10_000;

  /** No zone, no subset. */
  public static final Preference NONE = new Preference(DEFAULT_FAILOVER_PERCENT, 0, 0);

  public Preference {
    Ranges.requirePercent("below", failoverPercent, 1, 100);
    Ranges.requirePercent("spillBelow", spillPercent, 0, 100);
    Ranges.require("size", subsetSize, 0, MOST_SUBSET);
  }

  /** Whether backends of the LB server's own zone come first. */
  public boolean isForOwnZone() {
    return spillPercent > 0;
  }

  public boolean isForSubset() {
    return subsetSize > 0;
  }
}
