package dev.ballast.balancing;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A member at random: all alike, or each with a probability that is its share of the weights.
 *
 * <p>Weights by the alias method (Walker 1977; in the form of Vose, "A linear algorithm for generating random numbers with a
 * given distribution", 1991): a draw takes one slot of as many as there are members, and within it the slot's own member or
 * its alias. Constant time whatever the weights, exact to one part in 2³¹.
 *
 * <p>Keys are mixed (the finaliser of SplitMix64; Steele, Lea, Flood 2014), so keys in a row draw as if independent.
 */
final class Draw implements Balancer {
  private static final double WHOLE = 1L << 31;

  /** A slot has its threshold above these bits, and in them its alias. */
  private static final int ALIAS_BITS = 31;

  private static final long STEP = 0x9E3779B97F4A7C15L;

  private final int[] indexes;
  private final boolean isEveryone;
  private final long[] slots;

  private Draw(int[] indexes, long[] thresholds, int[] aliases) {
    this.indexes = indexes;
    this.isEveryone = indexes.length == 0 || indexes[indexes.length - 1] == indexes.length - 1;
    this.slots = new long[indexes.length];
    Arrays.setAll(slots, slot -> (thresholds[slot] << ALIAS_BITS) | aliases[slot]);
  }

  /** Among those of a weight above 0. */
  static Draw alike(List<Member> members) {
    int[] indexes = positive(members);
    return new Draw(indexes, full(indexes.length), new int[indexes.length]);
  }

  static Draw byWeight(List<Member> members) {
    int[] indexes = positive(members);
    int size = indexes.length;
    double sum = IntStream.of(indexes).mapToDouble(i -> members.get(i).effectiveWeight()).sum();
    double[] shares = new double[size];
    int[] small = new int[size];
    int[] large = new int[size];
    int smalls = 0;
    int larges = 0;
    for (int slot = 0; slot < size; slot++) {
      shares[slot] = members.get(indexes[slot]).effectiveWeight() * size / sum;
      if (shares[slot] < 1) {
        small[smalls++] = slot;
      } else {
        large[larges++] = slot;
      }
    }
    int[] aliases = new int[size];
    long[] thresholds = full(size);
    while (smalls > 0 && larges > 0) {
      int poor = small[--smalls];
      int rich = large[--larges];
      thresholds[poor] = Math.round(shares[poor] * WHOLE);
      aliases[poor] = rich;
      shares[rich] -= 1 - shares[poor];
      if (shares[rich] < 1) {
        small[smalls++] = rich;
      } else {
        large[larges++] = rich;
      }
    }
    return new Draw(indexes, thresholds, aliases);
  }

  private static int[] positive(List<Member> members) {
    return IntStream.range(0, members.size())
        .filter(index -> members.get(index).effectiveWeight() > 0)
        .toArray();
  }

  private static long[] full(int size) {
    long[] thresholds = new long[size];
    Arrays.fill(thresholds, (long) WHOLE);
    return thresholds;
  }

  @Override
  public int pick(long key, Tried tried, Loads loads) {
    if (indexes.length == 0) {
      return NONE;
    }
    int slot = slot(mix(key));
    return tried.size() == 0 ? member(slot) : RoundRobin.firstUntried(indexes, slot, tried);
  }

  /** How many can be drawn. */
  int size() {
    return indexes.length;
  }

  /** The member that is drawn with these random bits. */
  int drawn(long bits) {
    return member(slot(bits));
  }

  /** If all members can be drawn, the slot is the member, and memory need not be asked. */
  private int member(int slot) {
    return isEveryone ? slot : indexes[slot];
  }

  /** Any that was not tried. */
  int untried(long bits, Tried tried) {
    return RoundRobin.firstUntried(indexes, slot(bits), tried);
  }

  /** The upper half of the bits takes the slot, the lower decides within it; without a branch, which nobody could foretell. */
  private int slot(long bits) {
    int slot = (int) (((bits >>> 32) * slots.length) >>> 32);
    long chosen = slots[slot];
    int alias = (int) chosen & 0x7FFF_FFFF;
    int isOwn = (int) (((bits & 0x7FFF_FFFFL) - (chosen >>> ALIAS_BITS)) >> 63);
    return alias ^ ((alias ^ slot) & isOwn);
  }

  /** Random bits from a key; those of the next key are as if independent of them. */
  static long mix(long key) {
    long bits = (key + 1) * STEP;
    bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
    return bits ^ (bits >>> 31);
  }
}
