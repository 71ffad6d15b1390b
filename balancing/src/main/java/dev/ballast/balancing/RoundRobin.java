package dev.ballast.balancing;

import java.util.List;
import java.util.stream.IntStream;

/** Every member with a weight above 0 in turn, all alike. */
final class RoundRobin implements Balancer {
  private final int[] indexes;

  private RoundRobin(int[] indexes) {
    this.indexes = indexes;
  }

  static RoundRobin over(List<Member> members) {
    return new RoundRobin(
        IntStream.range(0, members.size())
            .filter(index -> members.get(index).effectiveWeight() > 0)
            .toArray());
  }

  @Override
  public int pick(long key, Tried tried, Loads loads) {
    if (indexes.length == 0) {
      return NONE;
    }
    int turn = (int) Math.floorMod(key, (long) indexes.length);
    return tried.size() == 0 ? indexes[turn] : firstUntried(indexes, turn, tried);
  }

  /** The first of {@code indexes}, going round from {@code turn}, that was not tried. */
  static int firstUntried(int[] indexes, int turn, Tried tried) {
    for (int step = 0; step < indexes.length; step++) {
      int index = indexes[(turn + step) % indexes.length];
      if (!tried.contains(index)) {
        return index;
      }
    }
    return NONE;
  }
}
