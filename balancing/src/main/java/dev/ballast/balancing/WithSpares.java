package dev.ballast.balancing;

import java.util.List;

/**
 * An algorithm over those that are preferred, with spares for exchanges that failed there: what takes a whole zone or group down is known to
 * the first exchange that meets it, and to the health checks only later.
 *
 * <p>The first try is the algorithm's. The second leaves the zone if another one stands by, the third the priority group: who has failed there
 * once or twice would likely fail again. When none of these is left, whoever is.
 */
final class WithSpares implements Balancer {
  private final Balancer preferred;
  private final int size;
  private final int[] ofOtherZones;
  private final List<int[]> ofOtherGroups;

  /**
   * @param preferred over those that are
   * @param size how many these are: the indexes of the spares come after theirs
   * @param ofOtherZones of the group in use
   * @param ofOtherGroups of each group, the first to be asked first
   */
  WithSpares(Balancer preferred, int size, int[] ofOtherZones, List<int[]> ofOtherGroups) {
    this.preferred = preferred;
    this.size = size;
    this.ofOtherZones = ofOtherZones;
    this.ofOtherGroups = ofOtherGroups;
  }

  @Override
  public int pick(long key, Tried tried, Loads loads) {
    int tries = tried.size();
    int index = NONE;
    if (tries > 1) {
      index = ofOtherGroups(key, tried);
    }
    if (tries > 0 && index == NONE) {
      index = untried(ofOtherZones, key, tried);
    }
    if (index == NONE) {
      index = preferred.pick(key, tried.below(size), loads);
    }
    return index == NONE && tries > 0 ? ofOtherGroups(key, tried) : index;
  }

  private int ofOtherGroups(long key, Tried tried) {
    for (int[] group : ofOtherGroups) {
      int index = untried(group, key, tried);
      if (index != NONE) {
        return index;
      }
    }
    return NONE;
  }

  /** Any of them, which the key says. */
  private static int untried(int[] spares, long key, Tried tried) {
    if (spares.length == 0) {
      return NONE;
    }
    int first = (int) Long.remainderUnsigned(Draw.mix(key), spares.length);
    return RoundRobin.firstUntried(spares, first, tried);
  }

  @Override
  public Balancer forLoop(Loads loads, long seed) {
    Balancer ofLoop = preferred.forLoop(loads, seed);
    return ofLoop.equals(preferred)
        ? this
        : new WithSpares(ofLoop, size, ofOtherZones, ofOtherGroups);
  }

  @Override
  public void began(int index) {
    if (index < size) {
      preferred.began(index);
    }
  }

  @Override
  public void finished(int index, long latencyNanos, Outcome outcome) {
    if (index < size) {
      preferred.finished(index, latencyNanos, outcome);
    }
  }
}
