package dev.ballast.balancing;

import java.util.Arrays;

/**
 * Gives a key to the member that it belongs to, if that may be picked and does not carry too much already.
 *
 * <p>Too much is more than a given factor of an even share (Mirrokni, Thorup, Zadimoghaddam, "Consistent hashing with bounded loads", 2018). A member
 * that starts slowly, or whose zone shares the work with others, gets a part of its keys, always the same ones first.
 */
final class HashBalancer implements Balancer, HashTable.Admission {
  private static final int PERCENT = 100;

  /** Marks the bits that say whether a key is among those that a member gets while it starts. */
  private static final long START = 0x5A0A;

  private final HashTable table;
  private final int[] places;
  private final int[] percents;
  private final double[] bounds;
  private final boolean isNobodyLeft;

  /**
   * @param places by member: its index among those that may be picked, or {@link #NONE}
   * @param percents by member: the part of its keys that it gets; empty if all get all
   * @param bounds by member: how much of all that is in flight it may carry; empty if that is not bounded
   */
  private HashBalancer(HashTable table, int[] places, int[] percents, double[] bounds) {
    this.table = table;
    this.places = places;
    this.percents = percents;
    this.bounds = bounds;
    this.isNobodyLeft = Arrays.stream(places).allMatch(place -> place == NONE);
  }

  /**
   * @param weights by index among those that may be picked
   * @param factor of an even share that a member may carry, at least 1; infinite: any
   */
  static HashBalancer over(
      HashTable table, int[] places, int[] percents, int[] weights, double factor) {
    double sum = Arrays.stream(weights).asLongStream().sum();
    double[] bounds = new double[Double.isInfinite(factor) ? 0 : places.length];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = places[i] == NONE ? 0 : factor * weights[places[i]] / sum;
    }
    return new HashBalancer(table, places, percents, bounds);
  }

  @Override
  public int pick(long key, Tried tried, Loads loads) {
    if (isNobodyLeft) {
      return NONE;
    }
    int member = table.first(key, this, tried, loads);
    return member == NONE ? other(key, tried, loads) : places[member];
  }

  /**
   * When all that the table has offered start slowly, were tried or carry too much: the next one, in an order that the key begins, that does not carry too
   * much; or the one that carries least.
   */
  private int other(long key, Tried tried, Loads loads) {
    int least = NONE;
    int member = (int) Long.remainderUnsigned(Draw.mix(key), places.length);
    for (int step = 0; step < places.length; step++) {
      member = member + 1 == places.length ? 0 : member + 1;
      int place = places[member];
      if (place == NONE || tried.contains(place)) {
        continue;
      }
      if (hasRoom(member, place, loads)) {
        return place;
      }
      least = least == NONE || loads.inFlight(place) < loads.inFlight(least) ? place : least;
    }
    return least;
  }

  @Override
  public boolean admits(int member, long hash, Tried tried, Loads loads) {
    int place = places[member];
    return place != NONE
        && (tried.size() == 0 || !tried.contains(place))
        && (percents.length == 0 || isAmongFirst(hash, percents[member]))
        && hasRoom(member, place, loads);
  }

  /** The bound counts the exchange that is to be placed. */
  private boolean hasRoom(int member, int place, Loads loads) {
    return bounds.length == 0 || loads.inFlight(place) < bounds[member] * (loads.total() + 1);
  }

  private static boolean isAmongFirst(long hash, int percent) {
    return percent == PERCENT || Long.remainderUnsigned(Draw.mix(hash ^ START), PERCENT) < percent;
  }
}
