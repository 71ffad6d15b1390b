package dev.ballast.balancing;

import dev.ballast.model.Algorithm;
import java.util.Arrays;
import java.util.List;

/**
 * What members get in place of their weights, while some of them start slowly or the own zone keeps a share of the work.
 *
 * <p>The share of the own zone is exact in what its members get together: the weights of one side are scaled, whatever they sum up to. For
 * pools that hash the same is said as the part of the keys that a member may have: of the keys, always the same ones spill over first.
 *
 * @param algorithm the pool's own, or where any gets less than its weight, the same with an eye to weights
 * @param weights in the order of the members, all multiplied by the same, so that parts of a weight are whole numbers; at least 1
 * @param keyPercents the part of its keys that each gets, if the pool hashes; empty: all get all
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record EffectiveWeights(Algorithm algorithm, int[] weights, int[] keyPercents) {
  private static final int WHOLE = 100;

  /** The weights of a pool sum up to no more than this, so that a cycle of picks stays countable. */
  private static final long MOST = Integer.MAX_VALUE;

  /** The greatest weight of one where zones share the work: precise to a millionth of that. */
  private static final int GREATEST = 1_000_000;

  /**
   * What members that may be picked get.
   *
   * @param algorithm of their pool
   * @param weights each above 0
   * @param percents of its weight that each gets while it starts, 1 to 100
   * @param roles in the same order
   * @param ownShare of the own zone, if the roles say that it shares the work with others
   */
  public static EffectiveWeights of(
      Algorithm algorithm,
      int[] weights,
      int[] percents,
      List<Preferred.Role> roles,
      double ownShare) {
    boolean isAnyStarting = Arrays.stream(percents).anyMatch(percent -> percent < WHOLE);
    boolean isSplit =
        roles.contains(Preferred.Role.OWN_ZONE) && roles.contains(Preferred.Role.OTHER_ZONE);
    if (!isAnyStarting && !isSplit) {
      return new EffectiveWeights(algorithm, weights.clone(), new int[0]);
    }
    Algorithm byWeight = byWeight(algorithm);
    int[] counted = weights.clone();
    if (!byWeight.equals(algorithm)) {
      Arrays.fill(counted, 1);
    }
    return isSplit
        ? split(byWeight, counted, percents, roles, ownShare)
        : new EffectiveWeights(byWeight, starting(counted, percents), percents.clone());
  }

  /** The same algorithm, but with an eye to weights; all weigh alike where there was none before. */
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

  private static int[] starting(int[] weights, int[] percents) {
    long sum = Arrays.stream(weights).asLongStream().sum();
    int factor = sum * WHOLE <= MOST ? WHOLE : WHOLE / 10;
    var result = new int[weights.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = Math.max(1, weights[i] * factor * percents[i] / WHOLE);
    }
    return result;
  }

  private static EffectiveWeights split(
      Algorithm byWeight,
      int[] weights,
      int[] percents,
      List<Preferred.Role> roles,
      double ownShare) {
    double own = 0;
    double others = 0;
    for (int i = 0; i < weights.length; i++) {
      boolean isOwn = roles.get(i) == Preferred.Role.OWN_ZONE;
      own += isOwn ? (double) weights[i] * percents[i] : 0;
      others += isOwn ? 0 : (double) weights[i] * percents[i];
    }
    var parts = new double[weights.length];
    var keyPercents = new int[weights.length];
    double spill = 1 - ownShare;
    double ownKeys = Math.min(1, ownShare * (own + others) / own);
    double otherKeys = Math.min(1, spill * (own + others) / others);
    for (int i = 0; i < parts.length; i++) {
      boolean isOwn = roles.get(i) == Preferred.Role.OWN_ZONE;
      parts[i] = (double) weights[i] * percents[i] * (isOwn ? ownShare / own : spill / others);
      keyPercents[i] = percentOf(percents[i] * (isOwn ? ownKeys : otherKeys));
    }
    return new EffectiveWeights(byWeight, whole(parts), keyPercents);
  }

  private static int percentOf(double percent) {
    return Math.clamp(Math.round(percent), 1, WHOLE);
  }

  /** @param parts of all the work, which sum up to 1 */
  private static int[] whole(double[] parts) {
    double greatest = Arrays.stream(parts).max().orElse(1);
    double factor = Math.min(GREATEST / greatest, (double) (MOST - parts.length));
    return Arrays.stream(parts)
        .mapToInt(part -> (int) Math.max(1, Math.floor(part * factor)))
        .toArray();
  }
}
