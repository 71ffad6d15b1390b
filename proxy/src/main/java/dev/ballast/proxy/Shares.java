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
    List<PoolMember> eligible =
        IntStream.range(0, lineup.preferredCount())
            .mapToObj(place -> all.get(lineup.member(place)))
            .toList();
    int[] percents =
        eligible.stream()
            .mapToInt(one -> SlowStartRamp.percent(ramp, one.handle().risingSince(), now))
            .toArray();
    var effective =
        EffectiveWeights.of(
            algorithm,
            eligible.stream().mapToInt(one -> one.backend().weight()).toArray(),
            percents,
            lineup.roles(),
            preferred.ownShare());
    return new Shares(
        effective.algorithm(),
        members(eligible, effective.weights()),
        byMember(percents, lineup),
        byMember(effective.keyPercents(), lineup));
  }

  /** Empty if all get all. */
  private static int[] byMember(int[] percents, Lineup lineup) {
    return Arrays.stream(percents).allMatch(percent -> percent == WHOLE)
        ? new int[0]
        : lineup.byCandidate(percents, WHOLE);
  }

  /** Of the members, in their order. */
  int[] weights() {
    return members.stream().mapToInt(Member::effectiveWeight).toArray();
  }

  private static List<Member> members(List<PoolMember> eligible, int[] weights) {
    return IntStream.range(0, weights.length)
        .mapToObj(place -> new Member(eligible.get(place).id(), weights[place]))
        .toList();
  }
}
