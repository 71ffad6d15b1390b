package dev.ballast.balancing;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Every member bids for every key, and the highest bid has it (Thaler, Ravishankar, "Using name-based mappings to increase hit rates", 1998; with
 * weights: Schindelhauer, Schomaker, "Weighted distributed hash tables", 2005). Needs no table, and is the most even of all; each look-up asks all members.
 */
final class Rendezvous implements HashTable {
  private final long[] names;
  private final double[] weights;

  private Rendezvous(long[] names, double[] weights) {
    this.names = names;
    this.weights = weights;
  }

  static Rendezvous build(List<Member> members, long fleetSeed) {
    KeyedHash hash = KeyedHash.of(fleetSeed, KeyedHash.RENDEZVOUS);
    return new Rendezvous(
        members.stream()
            .mapToLong(member -> hash.of(member.name().getBytes(StandardCharsets.UTF_8)))
            .toArray(),
        members.stream().mapToDouble(Member::effectiveWeight).toArray());
  }

  /** As −ln x ≥ 1 − x, no bid is above its weight / (1 − x): few have to be computed to know that they are not the highest. */
  @Override
  public int first(long hash, Admission admission, Tried tried, Loads loads) {
    int best = Balancer.NONE;
    double highest = 0;
    for (int member = 0; member < names.length; member++) {
      double fraction = fraction(hash ^ names[member]);
      if (weights[member] > highest * (1 - fraction)) {
        double bid = weights[member] / -Math.log(fraction);
        if (bid > highest && admission.admits(member, hash, tried, loads)) {
          best = member;
          highest = bid;
        }
      }
    }
    return best;
  }

  /** Uniformly distributed, never 0 nor 1; the negative of its logarithm is exponentially distributed. */
  private static double fraction(long key) {
    return ((Draw.mix(key) >>> 12) + 0.5) * 0x1p-52;
  }
}
