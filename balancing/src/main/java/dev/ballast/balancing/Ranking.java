package dev.ballast.balancing;

import java.util.Arrays;

/**
 * Who carries least for its weight, as a tournament: every node of a binary tree knows the winner below it, so a change of one
 * member's load is one comparison for each level, and the first of all is known at once (Knuth, The Art of Computer Programming 3,
 * section 5.4.1, "tree of winners").
 *
 * <p>Those that carry alike take turns by weight: each has a time at which it is due, which moves on with every exchange that it begins, by less
 * the greater its weight (start-time fair queueing; Goyal, Vin, Cheng 1996). Who was not due for long has no turns to make up for.
 *
 * <p>Not thread-safe.
 */
final class Ranking {
  private static final long TURN = 1L << 32;

  private final int[] weights;
  private final int[] loads;
  private final long[] due;
  private final boolean[] isOut;
  private final int[] winners;
  private final int width;
  private long now;

  /**
   * @param weights those of weight 0 never win
   * @param seed says who is due first of those that carry alike
   */
  Ranking(int[] weights, Loads loads, long seed) {
    this.weights = weights;
    this.loads = new int[weights.length];
    this.due = new long[weights.length];
    this.isOut = new boolean[weights.length];
    this.width = Math.max(1, Integer.highestOneBit(Math.max(1, weights.length - 1)) << 1);
    this.winners = new int[2 * width];
    Arrays.fill(winners, Balancer.NONE);
    for (int i = 0; i < weights.length; i++) {
      this.loads[i] = loads.inFlight(i);
      this.isOut[i] = weights[i] == 0;
      this.due[i] = isOut[i] ? 0 : Long.remainderUnsigned(Draw.mix(seed + i), turn(i));
      this.winners[width + i] = i;
    }
    for (int node = width - 1; node > 0; node--) {
      winners[node] = winner(node);
    }
  }

  private long turn(int index) {
    return TURN / weights[index];
  }

  int size() {
    return weights.length;
  }

  /** Who carries least, or {@link Balancer#NONE}. */
  int first() {
    int first = winners[1];
    return first == Balancer.NONE || isOut[first] ? Balancer.NONE : first;
  }

  /** It carries this much. */
  void set(int index, int load) {
    if (loads[index] != load) {
      loads[index] = load;
      replay(index);
    }
  }

  /** It carries one more, and has had its turn. */
  void began(int index) {
    if (weights[index] > 0) {
      now = Math.max(now, due[index]);
      due[index] = now + turn(index);
    }
    loads[index]++;
    replay(index);
  }

  /** It carries one less. */
  void ended(int index) {
    loads[index] = Math.max(0, loads[index] - 1);
    replay(index);
  }

  /** It does not come first, until it is taken in again. */
  void leaveOut(int index) {
    isOut[index] = true;
    replay(index);
  }

  void takeIn(int index) {
    isOut[index] = weights[index] == 0;
    replay(index);
  }

  private void replay(int index) {
    for (int node = (width + index) >> 1; node > 0; node >>= 1) {
      winners[node] = winner(node);
    }
  }

  private int winner(int node) {
    int left = winners[2 * node];
    int right = winners[2 * node + 1];
    return right != Balancer.NONE && isBefore(right, left) ? right : left;
  }

  private boolean isBefore(int one, int other) {
    if (isOut[one] || isOut[other]) {
      return !isOut[one];
    }
    long difference = (long) loads[one] * weights[other] - (long) loads[other] * weights[one];
    return difference == 0 ? due[one] < due[other] : difference < 0;
  }
}
