package dev.ballast.balancing;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * The turns of one cycle, written out, so that every member is always less than one turn away from its share.
 *
 * <p>Turn j of a member of weight w, of W in all, has a window: it comes after ⌊(j − 1)W/w⌋ slots and within the first ⌈jW/w⌉. Whoever keeps to all
 * windows has after any n slots of the cycle more than nw/W − 1 and fewer than nw/W + 1 turns (Baruah, Cohen, Plaxton, Varvel, "Proportionate
 * progress", Algorithmica 15, 1996), and to take of the open windows the one that closes first keeps to all of them, as turns are all of the same
 * length, one (Horn, "Some simple scheduling algorithms", 1974; that it can be done at all: Tijdeman, "The chairman assignment problem", 1980).
 *
 * <p>So any stretch of n turns, wherever it begins, differs from nw/W by less than two, and nobody has 2W/(W − w) turns in a row, or more.
 */
final class SmoothSequence {
  /** So many slots are written out, each as two bytes: 32 KiB for each pool, and a few milliseconds to build. */
  static final int MOST_SLOTS = 16_384;

  private SmoothSequence() {}

  /**
   * Whose turn each slot is.
   *
   * @param weights each above 0, together at most {@value #MOST_SLOTS}
   * @param slots what they sum up to
   * @return by slot: an index of {@code weights}
   */
  static char[] of(int[] weights, int slots) {
    var waiting = new PriorityQueue<Turn>(Comparator.comparingInt(Turn::opens));
    var open = new PriorityQueue<Turn>();
    for (int i = 0; i < weights.length; i++) {
      open.add(Turn.of(i, weights[i], 0, slots));
    }
    var sequence = new char[slots];
    for (int slot = 0; slot < slots; slot++) {
      while (!waiting.isEmpty() && waiting.element().opens <= slot) {
        open.add(waiting.remove());
      }
      Turn turn = open.remove();
      sequence[slot] = (char) turn.owner;
      if (turn.number + 1 < turn.weight) {
        waiting.add(Turn.of(turn.owner, turn.weight, turn.number + 1, slots));
      }
    }
    return sequence;
  }

  /**
   * One turn of a member. Of those that close together the heavier comes first: its next one closes earlier.
   *
   * @param number how many it had before
   * @param opens the first slot that it may have
   * @param closes the first slot that is too late
   */
  private record Turn(int owner, int weight, int number, int opens, int closes)
      implements Comparable<Turn> {
    private static final Comparator<Turn> URGENCY =
        Comparator.comparingInt(Turn::closes)
            .thenComparing(Comparator.comparingInt(Turn::weight).reversed())
            .thenComparingInt(Turn::owner);

    static Turn of(int owner, int weight, int number, int slots) {
      long opens = (long) number * slots / weight;
      long closes = ((number + 1L) * slots + weight - 1) / weight;
      return new Turn(owner, weight, number, (int) opens, (int) closes);
    }

    @Override
    public int compareTo(Turn other) {
      return URGENCY.compare(this, other);
    }
  }
}
