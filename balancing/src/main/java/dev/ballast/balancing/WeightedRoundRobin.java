package dev.ballast.balancing;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Every member in proportion to its weight, spread out over the cycle, with no state.
 *
 * <p>A cycle has as many slots as the weights (divided by their greatest common divisor) sum up to, W. The key says which slot it is, so W keys in a row
 * visit every slot once: exact over each cycle.
 *
 * <p>Up to {@value SmoothSequence#MOST_SLOTS} slots, whose turn each is is written out ({@link SmoothSequence}): of any n keys in a row from the
 * beginning of a cycle, each member has its share give or take less than one, and from anywhere less than two.
 *
 * <p>Beyond, each member owns as many neighbouring slots as its weight, and the key walks the cycle with a stride that is coprime to W and lies near W/φ,
 * so the visits of any stretch of keys are spread evenly (the golden-ratio sequence; Knuth, The Art of Computer Programming 3, section 6.4). The owner of a
 * slot is found in the prefix sums of the weights, where a guide of about twice as many entries as members says from which on to look: over a cycle less
 * than one step on average (Chen, Asau, "On generating random variates from an empirical distribution", 1974).
 */
final class WeightedRoundRobin implements Balancer {
  private static final double GOLDEN_RATIO = 1.618033988749895;

  /** Slots of a cycle at most, so that slot × stride stays a long. */
  private static final long MAX_SLOTS = Integer.MAX_VALUE;

  private final int[] indexes;
  private final long[] ends;
  private final long slots;
  private final long stride;
  private final int[] guide;
  private final int guideShift;
  private final char[] sequence;

  private WeightedRoundRobin(int[] indexes, long[] ends) {
    this.indexes = indexes;
    this.ends = ends;
    this.slots = ends.length == 0 ? 0 : ends[ends.length - 1];
    this.stride = strideOver(slots);
    this.guideShift = Math.max(0, bits(slots) - bits(ends.length) - 1);
    this.guide = guide(ends, guideShift);
    this.sequence = slots > SmoothSequence.MOST_SLOTS ? new char[0] : sequence(ends, (int) slots);
  }

  private static char[] sequence(long[] ends, int slots) {
    int[] weights = new int[ends.length];
    for (int turn = 0; turn < weights.length; turn++) {
      weights[turn] = (int) (turn == 0 ? ends[0] : ends[turn] - ends[turn - 1]);
    }
    return SmoothSequence.of(weights, slots);
  }

  private static int bits(long number) {
    return Long.SIZE - Long.numberOfLeadingZeros(number);
  }

  /** For each stretch of slots, the turn that owns the first of it. */
  private static int[] guide(long[] ends, int shift) {
    long slots = ends.length == 0 ? 0 : ends[ends.length - 1];
    int[] guide = new int[(int) (slots >> shift) + 1];
    int turn = 0;
    for (int stretch = 0; stretch < guide.length; stretch++) {
      while (turn < ends.length - 1 && ends[turn] <= (long) stretch << shift) {
        turn++;
      }
      guide[stretch] = turn;
    }
    return guide;
  }

  static WeightedRoundRobin over(List<Member> members) {
    int[] indexes =
        IntStream.range(0, members.size())
            .filter(index -> members.get(index).effectiveWeight() > 0)
            .toArray();
    long divisor = 0;
    for (int index : indexes) {
      divisor = greatestCommonDivisor(divisor, members.get(index).effectiveWeight());
    }
    long[] ends = new long[indexes.length];
    long end = 0;
    for (int i = 0; i < indexes.length; i++) {
      end += members.get(indexes[i]).effectiveWeight() / divisor;
      ends[i] = end;
    }
    if (end > MAX_SLOTS) {
      throw new IllegalArgumentException("The weights sum up to " + end + ", over " + MAX_SLOTS);
    }
    return new WeightedRoundRobin(indexes, ends);
  }

  @Override
  public int pick(long key, Tried tried, Loads loads) {
    if (slots == 0) {
      return NONE;
    }
    long slot = Math.floorMod(key, slots);
    int turn = sequence.length > 0 ? sequence[(int) slot] : ownerOf(slot * stride % slots);
    return tried.size() == 0 ? indexes[turn] : RoundRobin.firstUntried(indexes, turn, tried);
  }

  private int ownerOf(long slot) {
    int turn = guide[(int) (slot >> guideShift)];
    while (ends[turn] <= slot) {
      turn++;
    }
    return turn;
  }

  private static long strideOver(long slots) {
    long wanted = Math.max(1, Math.round(slots / GOLDEN_RATIO));
    for (long distance = 0; distance < slots; distance++) {
      if (isCoprime(wanted - distance, slots)) {
        return wanted - distance;
      }
      if (isCoprime(wanted + distance, slots)) {
        return wanted + distance;
      }
    }
    return 1;
  }

  private static boolean isCoprime(long stride, long slots) {
    return stride > 0 && greatestCommonDivisor(stride, slots) == 1;
  }

  private static long greatestCommonDivisor(long a, long b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }
}
