package dev.ballast.proxy;

import dev.ballast.balancing.EffectiveWeights;
import dev.ballast.balancing.Lineup;
import dev.ballast.balancing.Member;
import dev.ballast.balancing.Preferred;
import dev.ballast.balancing.SlowStartRamp;
import dev.ballast.model.Algorithm;
import dev.ballast.model.SlowStart;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What each backend that may be picked gets: its weight, a growing part of it while it starts slowly, or its part of what its zone
 * gets. As long as any gets less than its weight, pools that take turns take them by weight.
 *
 * @param members for the balancer: those that may be picked, in the order of the line-up
 * @param percents of their weights that they get while they start, by member of the pool; empty: all get all of it
 * @param keyPercents of the keys of a pool that hashes, likewise
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Shares(Algorithm algorithm, List<Member> members, int[] percents, int[] keyPercents) {
  private static final int WHOLE = 100;

  /** @param all sorted by name, as the line-up has them */
  static Shares of(
      Algorithm algorithm,
      List<PoolMember> all,
      Lineup lineup,
      Preferred preferred,
      SlowStart ramp,
      Instant now) {
    int[] eligible = IntStream.range(0, lineup.preferredCount()).map(lineup::member).toArray();
    int[] percents =
        IntStream.of(eligible)
            .map(i -> SlowStartRamp.percent(ramp, all.get(i).handle().risingSince(), now))
            .toArray();
    boolean isAnyStarting = IntStream.of(percents).anyMatch(percent -> percent < WHOLE);
    if (!isAnyStarting && !preferred.isSplit()) {
      int[] weights = IntStream.of(eligible).map(i -> all.get(i).backend().weight()).toArray();
      return new Shares(algorithm, members(all, eligible, weights), new int[0], new int[0]);
    }
    var effective =
        EffectiveWeights.of(
            IntStream.of(eligible).map(i -> weight(algorithm, all.get(i))).toArray(),
            percents,
            IntStream.of(eligible).mapToObj(preferred.roles()::get).toList(),
            preferred.ownShare());
    return new Shares(
        byWeight(algorithm),
        members(all, eligible, effective.weights()),
        isAnyStarting ? byMember(percents, eligible, all.size()) : new int[0],
        byMember(effective.keyPercents(), eligible, all.size()));
  }

  /** Of the members, in their order. */
  int[] weights() {
    return members.stream().mapToInt(Member::effectiveWeight).toArray();
  }

  private static List<Member> members(List<PoolMember> all, int[] eligible, int[] weights) {
    return IntStream.range(0, eligible.length)
        .mapToObj(place -> new Member(all.get(eligible[place]).id(), weights[place]))
        .toList();
  }

  private static int[] byMember(int[] ofEligible, int[] eligible, int members) {
    int[] result = new int[members];
    Arrays.fill(result, WHOLE);
    for (int i = 0; i < eligible.length; i++) {
      result[eligible[i]] = ofEligible[i];
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
