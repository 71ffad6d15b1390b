package dev.ballast.balancing;

import java.util.List;

/**
 * The member with the fewest exchanges in flight, or the fewest for its weight. What is to pick often does so through {@link
 * #forLoop}, which keeps a ranking; this one looks at all members each time.
 */
final class LeastConnections implements Balancer {
  private final int[] weights;

  private LeastConnections(int[] weights) {
    this.weights = weights;
  }

  /** Among those of a weight above 0. */
  static LeastConnections alike(List<Member> members) {
    return new LeastConnections(
        members.stream().mapToInt(member -> Math.min(1, member.effectiveWeight())).toArray());
  }

  static LeastConnections byWeight(List<Member> members) {
    return new LeastConnections(members.stream().mapToInt(Member::effectiveWeight).toArray());
  }

  /** Of those that carry alike, the first one from a place that the key says. */
  @Override
  public int pick(long key, Tried tried, Loads loads) {
    if (weights.length == 0) {
      return NONE;
    }
    int first = (int) Math.floorMod(key, (long) weights.length);
    int best = NONE;
    long load = Long.MAX_VALUE;
    for (int step = 0; step < weights.length && load > 0; step++) {
      int index = first + step < weights.length ? first + step : first + step - weights.length;
      if (weights[index] > 0 && !tried.contains(index)) {
        long itsLoad = loads.inFlight(index);
        if (best == NONE || itsLoad * weights[best] < load * weights[index]) {
          best = index;
          load = itsLoad;
        }
      }
    }
    return best;
  }

  @Override
  public Balancer forLoop(Loads loads, long seed) {
    return new RankedConnections(new Ranking(weights, loads, seed));
  }
}
