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
    int member = table.first(key, this, tried, loads);
    return member == NONE ? any(key, tried) : places[member];
  }

  /** Rarely needed: when all that the table has offered start slowly, were tried or carry too much. */
  private int any(long key, Tried tried) {
    int first = places.length == 0 ? 0 : (int) Long.remainderUnsigned(key, places.length);
    for (int step = 0; step < places.length; step++) {
      int place = places[(first + step) % places.length];
      if (place != NONE && !tried.contains(place)) {
        return place;
      }
    }
    return NONE;
  }

  /** The bound counts the exchange that is to be placed. */
  @Override
  public boolean admits(int member, long hash, Tried tried, Loads loads) {
    int place = places[member];
    return place != NONE
        && (tried.size() == 0 || !tried.contains(place))
        && (percents.length == 0 || isAmongFirst(hash, percents[member]))
        && (bounds.length == 0 || loads.inFlight(place) < bounds[member] * (loads.total() + 1));
  }

  private static boolean isAmongFirst(long hash, int percent) {
    return percent == PERCENT || Long.remainderUnsigned(Draw.mix(hash ^ START), PERCENT) < percent;
  }
}
