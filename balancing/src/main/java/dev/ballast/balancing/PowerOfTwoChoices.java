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
 *
 * <p>Which of two is better nobody can foretell, so the sign of a difference chooses, not a branch; and the draws of one pick do not wait for one another.
 */
final class PowerOfTwoChoices implements Balancer {
  /** So far away in the sequence of random bits a pick finds its further choices. */
  private static final long FAR = 0xD1342543DE82EF95L;

  private final Draw draw;
  private final int[] weights;

  /** What one exchange adds to the cost, by member: 1 for the mean weight. */
  private final double[] perExchange;

  private final int choices;
  private final Measure measure;

  private PowerOfTwoChoices(
      Draw draw, int[] weights, double[] perExchange, int choices, Measure measure) {
    this.draw = draw;
    this.weights = weights;
    this.perExchange = perExchange;
    this.choices = choices;
    this.measure = measure;
  }

  static PowerOfTwoChoices over(List<Member> members, int choices, Measure measure) {
    int[] weights = members.stream().mapToInt(Member::effectiveWeight).toArray();
    double mean = IntStream.of(weights).filter(weight -> weight > 0).average().orElse(1);
    double[] perExchange = IntStream.of(weights).mapToDouble(weight -> mean / weight).toArray();
    return new PowerOfTwoChoices(Draw.byWeight(members), weights, perExchange, choices, measure);
  }

  @Override
  public int pick(long key, Tried tried, Loads loads) {
    if (draw.size() == 0) {
      return NONE;
    }
    int best = drawn(Draw.mix(key), tried);
    if (best == NONE) {
      return NONE;
    }
    for (int choice = 1; choice < choices; choice++) {
      int other = drawn(Draw.mix(key + choice * FAR), tried);
      best ^= (best ^ other) & isBetter(other, best, loads);
    }
    return best;
  }

  /** All bits set if it is, none if it is not, or is the same. */
  private int isBetter(int one, int other, Loads loads) {
    int load = loads.inFlight(one);
    int othersLoad = loads.inFlight(other);
    long measured = measure.of(one, loads);
    long others = measure.of(other, loads);
    if (measured == Measure.UNKNOWN || others == Measure.UNKNOWN) {
      long difference = (long) load * weights[other] - (long) othersLoad * weights[one];
      return (int) (difference >> 63);
    }
    double cost = (1 + load * perExchange[one]) * measured;
    double othersCost = (1 + othersLoad * perExchange[other]) * others;
    return (int) (Double.doubleToRawLongBits(cost - othersCost) >> 63);
  }

  private int drawn(long bits, Tried tried) {
    return tried.size() == 0 ? draw.drawn(bits) : draw.untried(bits, tried);
  }
}
