package dev.ballast.balancing;

import dev.ballast.model.Algorithm;
import dev.ballast.model.KeyTable;
import java.util.Arrays;
import java.util.List;

/**
 * Which member each key belongs to, for the pools that hash. Made of all members of a pool, whether they may be picked or not, and good as long as
 * they and their weights stay the same. Immutable.
 */
public final class Placement {
  /** Primes to grow to when a Maglev table has fewer entries than there are members. */
  private static final int[] LARGER = {65_537, 655_373, KeyTable.Maglev.MOST};

  private static final int PERCENT = 100;

  private final Algorithm.Hash how;
  private final List<Member> members;
  private final long fleetSeed;
  private final HashTable table;

  private Placement(Algorithm.Hash how, List<Member> members, long fleetSeed, HashTable table) {
    this.fleetSeed = fleetSeed;
    this.how = how;
    this.members = members;
    this.table = table;
  }

  /**
   * Takes time in proportion to the size of the table: a millisecond or two for 65,537 entries.
   *
   * @param members all of them, strictly ascending by name
   */
  public static Placement of(Algorithm.Hash how, List<Member> members, long fleetSeed) {
    Balancers.demandOrder(members);
    HashTable table =
        switch (how.over()) {
          case KeyTable.Maglev(int size) ->
              MaglevTable.build(members, atLeast(size, members.size()), fleetSeed);
          case KeyTable.RingHash(int points) -> HashRing.build(members, points, fleetSeed);
          case KeyTable.Rendezvous() -> Rendezvous.build(members, fleetSeed);
        };
    return new Placement(how, List.copyOf(members), fleetSeed, table);
  }

  private static int atLeast(int size, int members) {
    return size >= members
        ? size
        : Arrays.stream(LARGER).filter(larger -> larger >= members).findFirst().orElse(size);
  }

  /** Whether it is what {@link #of} would make of these. */
  public boolean isOf(Algorithm.Hash other, List<Member> others, long seed) {
    return fleetSeed == seed && how.over().equals(other.over()) && members.equals(others);
  }

  /**
   * Picks among those that may be picked now.
   *
   * @param how bounded as it says
   * @param places by member: its index in the answers, or {@link Balancer#NONE} if it may not be picked
   * @param percents by member: the part of its keys that it gets, while it starts slowly or shares them with other zones; empty if all
   *     get all
   * @param weights by index in the answers: what an even share is
   */
  public Balancer balancer(Algorithm.Hash how, int[] places, int[] percents, int[] weights) {
    double factor =
        how.boundPercent() == 0 ? Double.POSITIVE_INFINITY : (double) how.boundPercent() / PERCENT;
    return HashBalancer.over(table, places.clone(), percents.clone(), weights, factor);
  }

  /** The same, where an even share is by the weights that it was made with. */
  public Balancer balancer(Algorithm.Hash how, int[] places, int[] percents) {
    int answers = Arrays.stream(places).max().orElse(Balancer.NONE) + 1;
    var weights = new int[answers];
    for (int i = 0; i < places.length; i++) {
      if (places[i] != Balancer.NONE) {
        weights[places[i]] = members.get(i).effectiveWeight();
      }
    }
    return balancer(how, places, percents, weights);
  }

  /** Among all members that have a weight. */
  Balancer balancer() {
    int[] places = new int[members.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = members.get(i).effectiveWeight() > 0 ? i : Balancer.NONE;
    }
    return balancer(how, places, new int[0]);
  }
}
