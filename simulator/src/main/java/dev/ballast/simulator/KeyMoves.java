package dev.ballast.simulator;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Loads;
import dev.ballast.balancing.Member;
import dev.ballast.balancing.Placement;
import dev.ballast.balancing.Tried;
import dev.ballast.model.Algorithm;
import java.util.List;

/** How many keys belong to another backend when one fails: at least those of the one that fails. */
final class KeyMoves {
  private static final int MOST_KEYS = 100_000;

  private KeyMoves() {}

  /** The share of the keys, of which not more than {@value #MOST_KEYS} are looked at. */
  static double onFailure(
      Algorithm.Hash algorithm, Placement placement, List<Member> members, int failed, Keys keys) {
    int[] places = new int[members.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = members.get(i).effectiveWeight() > 0 ? i : Balancer.NONE;
    }
    int[] weights = members.stream().mapToInt(Member::effectiveWeight).toArray();
    Balancer before = placement.balancer(algorithm, places, new int[0], weights);
    places[failed] = Balancer.NONE;
    Balancer after = placement.balancer(algorithm, places, new int[0], weights);
    int looked = Math.min(keys.distinct(), MOST_KEYS);
    int moved = 0;
    for (int key = 0; key < looked; key++) {
      long hash = keys.hash(key);
      moved +=
          before.pick(hash, Tried.NONE, Loads.IDLE) == after.pick(hash, Tried.NONE, Loads.IDLE)
              ? 0
              : 1;
    }
    return (double) moved / looked;
  }
}
