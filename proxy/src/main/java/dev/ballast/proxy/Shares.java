package dev.ballast.proxy;

import dev.ballast.balancing.Eligibility;
import dev.ballast.balancing.Member;
import dev.ballast.balancing.SlowStartRamp;
import dev.ballast.model.Algorithm;
import dev.ballast.model.SlowStart;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What each backend that may be picked gets: its weight, or a growing part of it while it starts slowly. As long as one does,
 * all weights are multiplied, so that a part of a weight is a whole number, and pools that take turns take them by weight.
 *
 * @param members for the balancer
 * @param percents of their weights, in the same order
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Shares(Algorithm algorithm, List<Member> members, int[] percents) {
  private static final int WHOLE = 100;

  /** The weights of a pool sum up to no more than this, so that a cycle of picks stays countable. */
  private static final long MOST = Integer.MAX_VALUE;

  /** @param eligible sorted by name */
  static Shares of(Algorithm algorithm, List<PoolMember> eligible, SlowStart ramp, Instant now) {
    int[] percents = new int[eligible.size()];
    boolean isAnyStarting = false;
    for (int i = 0; i < percents.length; i++) {
      percents[i] = SlowStartRamp.percent(ramp, eligible.get(i).handle().risingSince(), now);
      isAnyStarting |= percents[i] < WHOLE;
    }
    return isAnyStarting
        ? starting(algorithm, eligible, percents)
        : new Shares(
            algorithm, eligible.stream().map(PoolMember::balancingMember).toList(), percents);
  }

  private static Shares starting(Algorithm algorithm, List<PoolMember> eligible, int[] percents) {
    long sum = eligible.stream().mapToLong(member -> weight(algorithm, member)).sum();
    int factor = sum * WHOLE <= MOST ? WHOLE : WHOLE / 10;
    var members = new ArrayList<Member>(percents.length);
    for (int i = 0; i < percents.length; i++) {
      int scaled = weight(algorithm, eligible.get(i)) * factor * percents[i] / WHOLE;
      members.add(new Member(eligible.get(i).id(), Math.max(1, scaled)));
    }
    return new Shares(byWeight(algorithm), members, percents);
  }

  /** The percents by the index of each member, picked or not; empty if all get all of their weight. */
  int[] ofAll(List<PoolMember> all, Eligibility eligibility) {
    if (Arrays.stream(percents).allMatch(percent -> percent == WHOLE)) {
      return new int[0];
    }
    int[] result = new int[all.size()];
    int next = 0;
    for (int i = 0; i < result.length; i++) {
      result[i] = eligibility.isEligible(i) ? percents[next++] : WHOLE;
    }
    return result;
  }

  /** The same algorithm, but with an eye to weights. */
  private static Algorithm byWeight(Algorithm algorithm) {
    return switch (algorithm) {
      case Algorithm.RoundRobin _ -> new Algorithm.WeightedRoundRobin();
      case Algorithm.Random _ -> new Algorithm.WeightedRandom();
      case Algorithm.LeastConnections _ -> new Algorithm.WeightedLeastConnections();
      case Algorithm.WeightedRoundRobin _,
          Algorithm.WeightedLeastConnections _,
          Algorithm.WeightedRandom _,
          Algorithm.PowerOfTwoChoices _,
          Algorithm.LeastResponseTime _,
          Algorithm.LeastLoad _,
          Algorithm.Hash _,
          Algorithm.Custom _ ->
          algorithm;
    };
  }

  private static int weight(Algorithm algorithm, PoolMember member) {
    return switch (algorithm) {
      case Algorithm.RoundRobin _, Algorithm.Random _, Algorithm.LeastConnections _ -> 1;
      case Algorithm.WeightedRoundRobin _,
          Algorithm.WeightedLeastConnections _,
          Algorithm.WeightedRandom _,
          Algorithm.PowerOfTwoChoices _,
          Algorithm.LeastResponseTime _,
          Algorithm.LeastLoad _,
          Algorithm.Hash _,
          Algorithm.Custom _ ->
          member.backend().weight();
    };
  }
}
