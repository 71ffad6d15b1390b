package dev.ballast.balancing;

import java.util.List;

/**
 * Draws a few members at random and takes the one that carries least for its weight: nearly as even as asking all of them, at
 * the cost of a few (Azar, Broder, Karlin, Upfal, "Balanced allocations", 1994; Mitzenmacher, "The power of two choices in
 * randomized load balancing", 2001). Unlike with the least loaded of all, LB servers that see the loads late don't all run to
 * the same member.
 *
 * <p>Drawn by weight and compared by load over weight: without load each gets its share of the weights, under load all carry
 * alike for their weight.
 */
final class PowerOfTwoChoices implements Balancer {
  private final Draw draw;
  private final int[] weights;
  private final int choices;

  private PowerOfTwoChoices(Draw draw, int[] weights, int choices) {
    this.draw = draw;
    this.weights = weights;
    this.choices = choices;
  }

  static PowerOfTwoChoices over(List<Member> members, int choices) {
    return new PowerOfTwoChoices(
        Draw.byWeight(members),
        members.stream().mapToInt(Member::effectiveWeight).toArray(),
        choices);
  }

  @Override
  public int pick(long key, Tried tried, Loads loads) {
    if (draw.size() == 0) {
      return NONE;
    }
    long bits = Draw.mix(key);
    int best = drawn(bits, tried);
    if (best == NONE) {
      return NONE;
    }
    long load = loads.inFlight(best);
    for (int choice = 1; choice < choices; choice++) {
      bits = Draw.mix(bits);
      int other = drawn(bits, tried);
      long othersLoad = loads.inFlight(other);
      if (othersLoad * weights[best] < load * weights[other]) {
        best = other;
        load = othersLoad;
      }
    }
    return best;
  }

  private int drawn(long bits, Tried tried) {
    return tried.size() == 0 ? draw.drawn(bits) : draw.untried(bits, tried);
  }
}
