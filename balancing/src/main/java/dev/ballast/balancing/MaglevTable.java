package dev.ballast.balancing;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Consistent hashing as in the paper (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016,
 * section 3.4): every member has its own order of preference over the entries of a table, and in turns each takes the first
 * entry of its order that is free. So every member owns nearly as many entries as any other, and when one goes, few entries
 * change besides its own.
 *
 * <p>With weights a member takes its turn as often as its weight allows: in the first round all, then those whose weight,
 * summed up over the rounds, has reached that of the heaviest. Built from names, so all LB servers of a fleet that know the
 * same members build the same table. Immutable.
 */
final class MaglevTable implements HashTable {
  /** Members at most: an entry has two bytes. */
  static final int MOST_MEMBERS = 65_535;

  /** Other entries that a key may go to when its own member may not be picked. */
  private static final int OTHERS = 64;

  private final char[] entries;

  private MaglevTable(char[] entries) {
    this.entries = entries;
  }

  /**
   * @param members ascending by name; those of weight 0 own nothing
   * @param size how many entries, a prime
   * @throws IllegalArgumentException if the size is no prime, or there are more members than entries
   */
  static MaglevTable build(List<Member> members, int size, long fleetSeed) {
    demand(members, size);
    int[] weights = members.stream().mapToInt(Member::effectiveWeight).toArray();
    int heaviest = Arrays.stream(weights).max().orElse(0);
    char[] entries = new char[heaviest == 0 ? 0 : size];
    if (heaviest > 0) {
      fill(entries, weights, heaviest, Preferences.of(members, size, fleetSeed));
    }
    return new MaglevTable(entries);
  }

  private static void demand(List<Member> members, int size) {
    if (size < 2 || !BigInteger.valueOf(size).isProbablePrime(50)) {
      throw new IllegalArgumentException("The size of a Maglev table is a prime, not " + size);
    }
    if (members.size() > Math.min(size, MOST_MEMBERS)) {
      throw new IllegalArgumentException(
          "A Maglev table of " + size + " entries is too small for " + members.size() + " members");
    }
  }

  /** In each round those of one weight take their turns one after the other, the heaviest first: who is not due is not looked at. */
  private static void fill(char[] entries, int[] weights, int heaviest, Preferences preferences) {
    int[][] groups = byWeight(weights);
    long[] due = new long[groups.length];
    int filled = 0;
    for (long round = 1; filled < entries.length; round++) {
      for (int group = 0; group < groups.length; group++) {
        int[] members = groups[group];
        if (round * weights[members[0]] > due[group]) {
          due[group] += heaviest;
          for (int i = 0; i < members.length && filled < entries.length; i++) {
            entries[preferences.takeFirstFree(members[i])] = (char) members[i];
            filled++;
          }
        }
      }
    }
  }

  /** Those that have a weight, in groups of the same, the heaviest first. */
  private static int[][] byWeight(int[] weights) {
    var groups = new TreeMap<Integer, List<Integer>>(Comparator.reverseOrder());
    for (int member = 0; member < weights.length; member++) {
      if (weights[member] > 0) {
        groups.computeIfAbsent(weights[member], _ -> new ArrayList<>()).add(member);
      }
    }
    return groups.values().stream()
        .map(members -> members.stream().mapToInt(Integer::intValue).toArray())
        .toArray(int[][]::new);
  }

  /** A key whose member may not be picked goes to that of another entry, which its hash says: so its keys are spread over all. */
  @Override
  public int first(long hash, Admission admission, Tried tried, Loads loads) {
    if (entries.length == 0) {
      return Balancer.NONE;
    }
    long at = hash;
    for (int turn = 0; turn <= OTHERS; turn++) {
      int member = entries[entry(at)];
      if (admission.admits(member, hash, tried, loads)) {
        return member;
      }
      at = Draw.mix(at);
    }
    return Balancer.NONE;
  }

  int size() {
    return entries.length;
  }

  /** The index of the member that owns the entry; 0 to {@link #size} − 1. */
  int owner(int entry) {
    return entries[entry];
  }

  /** The entry of a key: a hash whose upper bits are as good as its lower. */
  int entry(long hash) {
    return (int) Long.remainderUnsigned(hash, entries.length);
  }

  /**
   * Each member's way through the table, and how far it has come. What is taken is known by one bit of each entry: most steps, in all about
   * size × ln size, go over entries that are taken, and the bits of 65,537 of them fit into the nearest cache.
   */
  private static final class Preferences {
    private final int size;
    private final int[] next;
    private final int[] skips;
    private final long[] taken;

    private Preferences(int size, int[] next, int[] skips) {
      this.size = size;
      this.next = next;
      this.skips = skips;
      this.taken = new long[(size + Long.SIZE - 1) / Long.SIZE];
    }

    static Preferences of(List<Member> members, int size, long fleetSeed) {
      KeyedHash offset = KeyedHash.of(fleetSeed, KeyedHash.MAGLEV_OFFSET);
      KeyedHash skip = KeyedHash.of(fleetSeed, KeyedHash.MAGLEV_SKIP);
      int[] next = new int[members.size()];
      int[] skips = new int[members.size()];
      for (int i = 0; i < next.length; i++) {
        byte[] name = members.get(i).name().getBytes(StandardCharsets.UTF_8);
        next[i] = (int) Long.remainderUnsigned(offset.of(name), size);
        skips[i] = (int) Long.remainderUnsigned(skip.of(name), size - 1L) + 1;
      }
      return new Preferences(size, next, skips);
    }

    /**
     * Counts entries from the least integer upwards: a step round the end of the table is then the lesser of two sums, of which one overflows if
     * the end was not reached, and needs no branch.
     */
    int takeFirstFree(int member) {
      int at = next[member] + Integer.MIN_VALUE;
      int forth = skips[member];
      int back = forth - size;
      while (((taken[(at ^ Integer.MIN_VALUE) >>> 6] >>> at) & 1) != 0) {
        at = Math.min(at + forth, at + back);
      }
      int found = at ^ Integer.MIN_VALUE;
      taken[found >>> 6] |= 1L << found;
      next[member] = Math.min(at + forth, at + back) ^ Integer.MIN_VALUE;
      return found;
    }
  }
}
