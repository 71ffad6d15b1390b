package dev.ballast.balancing;

import dev.ballast.model.Algorithm;
import java.util.List;

/** Builds the balancer of a pool. */
public final class Balancers {
  private Balancers() {}

  /**
   * A balancer over the given members.
   *
   * @param members strictly ascending by name, so that every LB server that knows the same members decides alike
   * @param fleetSeed the seed that the LB servers of a fleet share, for the algorithms that hash
   * @throws IllegalArgumentException if the algorithm is custom: those are built by {@link Extensions}
   */
  public static Balancer build(Algorithm algorithm, List<Member> members, long fleetSeed) {
    demandOrder(members);
    return switch (algorithm) {
      case Algorithm.RoundRobin roundRobin -> RoundRobin.over(members);
      case Algorithm.WeightedRoundRobin weighted -> WeightedRoundRobin.over(members);
      case Algorithm.Random random -> Draw.alike(members);
      case Algorithm.WeightedRandom random -> Draw.byWeight(members);
      case Algorithm.PowerOfTwoChoices few ->
          PowerOfTwoChoices.over(members, few.choices(), Measure.NONE);
      case Algorithm.LeastResponseTime least ->
          PowerOfTwoChoices.over(members, least.choices(), Measure.RESPONSE_TIME);
      case Algorithm.LeastLoad least ->
          PowerOfTwoChoices.over(members, least.choices(), Measure.UTILISATION);
      case Algorithm.LeastConnections least -> LeastConnections.alike(members);
      case Algorithm.WeightedLeastConnections least -> LeastConnections.byWeight(members);
      case Algorithm.Custom custom -> Extensions.NONE.build(custom, members, fleetSeed);
      case Algorithm.Hash hash -> Placement.of(hash, members, fleetSeed).balancer();
    };
  }

  static void demandOrder(List<Member> members) {
    String before = "";
    for (Member member : members) {
      if (member.name().compareTo(before) <= 0) {
        throw new IllegalArgumentException(
            "Members are not in ascending order: " + before + ", " + member.name());
      }
      before = member.name();
    }
  }
}
