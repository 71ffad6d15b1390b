package dev.ballast.balancing;

/**
 * The member with the fewest exchanges in flight for its weight, from one event loop's view: what this loop has begun and ended is known exactly
 * and at once. What the other loops do is learnt with every pick: of the one that would be picked, and of a few others in turn, so after n /
 * {@value #REFRESHED} picks of all n. Owned by one event loop.
 */
final class RankedConnections implements Balancer {
  /** Members whose load is read anew with each pick. */
  private static final int REFRESHED = 2;

  /** How often a pick is taken back because the other loops have given it more since it was last looked at. */
  private static final int TAKEN_BACK = 4;

  private final Ranking ranking;
  private int next;

  RankedConnections(Ranking ranking) {
    this.ranking = ranking;
  }

  @Override
  public int pick(long key, Tried tried, Loads loads) {
    for (int count = Math.min(REFRESHED, ranking.size()); count > 0; count--) {
      ranking.set(next, loads.inFlight(next));
      next = next + 1 == ranking.size() ? 0 : next + 1;
    }
    return tried.size() == 0 ? least(loads) : leastUntried(tried, loads);
  }

  private int leastUntried(Tried tried, Loads loads) {
    tried.forEach(ranking::leaveOut);
    int least = least(loads);
    tried.forEach(ranking::takeIn);
    return least;
  }

  private int least(Loads loads) {
    int least = ranking.first();
    for (int turn = 0; turn < TAKEN_BACK && least != NONE; turn++) {
      ranking.set(least, loads.inFlight(least));
      int now = ranking.first();
      if (now == least) {
        return least;
      }
      least = now;
    }
    return least;
  }

  @Override
  public void began(int index) {
    ranking.began(index);
  }

  @Override
  public void finished(int index, long latencyNanos, Outcome outcome) {
    ranking.ended(index);
  }
}
