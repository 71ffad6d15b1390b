package dev.ballast.balancing;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Every member bids for every key, and the highest bid has it (Thaler, Ravishankar, "Using name-based mappings to increase hit rates", 1998; with
 * weights: Schindelhauer, Schomaker, "Weighted distributed hash tables", 2005). Needs no table, and is the most even of all; each look-up asks all members.
 */
final class Rendezvous implements HashTable {
  private final long[] names;
  private final int[] weights;

  private Rendezvous(long[] names, int[] weights) {
    this.names = names;
    this.weights = weights;
  }

  static Rendezvous build(List<Member> members, long fleetSeed) {
    KeyedHash hash = KeyedHash.of(fleetSeed, KeyedHash.RENDEZVOUS);
    return new Rendezvous(
        members.stream()
            .mapToLong(member -> hash.of(member.name().getBytes(StandardCharsets.UTF_8)))
            .toArray(),
        members.stream().mapToInt(Member::effectiveWeight).toArray());
  }

  @Override
  public int first(long hash, Admission admission, Tried tried, Loads loads) {
    int best = Balancer.NONE;
    double highest = 0;
    for (int member = 0; member < names.length; member++) {
      double bid = weights[member] == 0 ? 0 : weights[member] / lateness(hash ^ names[member]);
      if (bid > highest && admission.admits(member, hash, tried, loads)) {
        best = member;
        highest = bid;
      }
    }
    return best;
  }

  /** Exponentially distributed, from a uniformly distributed fraction that is never 0 nor 1. */
  private static double lateness(long key) {
    return -Math.log(((Draw.mix(key) >>> 11) + 0.5) * 0x1p-53);
  }
}
