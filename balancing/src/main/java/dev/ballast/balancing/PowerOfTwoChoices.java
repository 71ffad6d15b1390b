package dev.ballast.balancing;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Draws a few members at random and takes the one that carries least for its weight: nearly as even as asking all of them, at
 * the cost of a few (Azar, Broder, Karlin, Upfal, "Balanced allocations", 1994; Mitzenmacher, "The power of two choices in
 * randomized load balancing", 2001). Unlike with the least loaded of all, LB servers that see the loads late don't all run to
 * the same member.
 *
 * <p>Drawn by weight and compared by load over weight: without load each gets its share of the weights, under load all carry
 * alike for their weight. With a measure, what is compared is the measure times one more than the load: what the exchange would meet there.
 */
final class PowerOfTwoChoices implements Balancer {
  private final Draw draw;
  private final double[] perExchange;
  private final int choices;
  private final Measure measure;

  private PowerOfTwoChoices(Draw draw, double[] perExchange, int choices, Measure measure) {
    this.draw = draw;
    this.perExchange = perExchange;
    this.choices = choices;
    this.measure = measure;
  }

  static PowerOfTwoChoices over(List<Member> members, int choices, Measure measure) {
    int[] weights = members.stream().mapToInt(Member::effectiveWeight).toArray();
    double mean = IntStream.of(weights).filter(weight -> weight > 0).average().orElse(1);
    double[] perExchange = IntStream.of(weights).mapToDouble(weight -> mean / weight).toArray();
    return new PowerOfTwoChoices(Draw.byWeight(members), perExchange, choices, measure);
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
    for (int choice = 1; choice < choices; choice++) {
      bits = Draw.mix(bits);
      int other = drawn(bits, tried);
      if (other != best && isBetter(other, best, loads)) {
        best = other;
      }
    }
    return best;
  }

  private boolean isBetter(int one, int other, Loads loads) {
    double cost = 1 + loads.inFlight(one) * perExchange[one];
    double othersCost = 1 + loads.inFlight(other) * perExchange[other];
    long measured = measure.of(one, loads);
    long others = measured == Measure.UNKNOWN ? Measure.UNKNOWN : measure.of(other, loads);
    return others == Measure.UNKNOWN ? cost < othersCost : cost * measured < othersCost * others;
  }

  private int drawn(long bits, Tried tried) {
    return tried.size() == 0 ? draw.drawn(bits) : draw.untried(bits, tried);
  }
}
