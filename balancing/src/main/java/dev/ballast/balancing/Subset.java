package dev.ballast.balancing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Which of many an LB server uses, so that not every LB server has connections to all of them.
 *
 * <p>Deterministic subsetting (Beyer et al., Site Reliability Engineering, 2016, chapter 20): LB servers go in rounds of as many as there are subsets.
 * In each round all members are shuffled, and each LB server of the round takes the next few: so a whole round gives every member to
 * one LB server, but for those that are left over. All LB servers shuffle alike, and each round differently, so those that lose the same member do not lose all others
 * together too.
 *
 * <p>To shuffle is to sort by a keyed hash of round and name: a member more or less moves those behind it by one place, so each LB server changes at
 * most one of its own, as long as the number of subsets stays; when that changes, those of the later rounds begin anew elsewhere.
 *
 * <p>Knows nothing of health, which therefore moves nobody. Pure.
 */
public final class Subset {
  /** Members at most: what is sorted has the index in its lower bits. */
  static final int MOST_MEMBERS = 1 << 16;

  private static final int INDEX_BITS = 16;

  /** Digits of a number at the end of a name: more are no number but an address or a date. */
  private static final int MOST_DIGITS = 9;

  private Subset() {}

  /**
   * Marks those that the LB server uses: {@code size} of them, or all if there are no more.
   *
   * @param names in any order that is the same at all LB servers, each once
   * @param size at least 1
   * @param ordinal the number of the LB server among those that take part, at least 0
   * @param fleetSeed what all of them share
   */
  public static boolean[] of(List<String> names, int size, long ordinal, long fleetSeed) {
    if (size < 1 || ordinal < 0 || names.size() > MOST_MEMBERS) {
      throw new IllegalArgumentException(
          "No subset of %d out of %d for number %d".formatted(size, names.size(), ordinal));
    }
    var isIn = new boolean[names.size()];
    if (names.size() <= size) {
      Arrays.fill(isIn, true);
      return isIn;
    }
    int subsets = names.size() / size;
    int from = (int) (ordinal % subsets) * size;
    long[] shuffled = shuffled(names, ordinal / subsets, fleetSeed);
    for (int at = from; at < from + size; at++) {
      isIn[(int) (shuffled[at] & (MOST_MEMBERS - 1))] = true;
    }
    return isIn;
  }

  /**
   * The same of each kind of members by itself, so that no LB server is without any of a kind that has some.
   *
   * @param kinds in the order of the names, what tells them apart
   */
  public static boolean[] ofEach(
      List<String> names, List<?> kinds, int size, long ordinal, long fleetSeed) {
    var byKind = new LinkedHashMap<Object, List<Integer>>();
    for (int i = 0; i < names.size(); i++) {
      byKind.computeIfAbsent(kinds.get(i), _ -> new ArrayList<>()).add(i);
    }
    var isIn = new boolean[names.size()];
    for (List<Integer> indexes : byKind.values()) {
      boolean[] ofKind = of(indexes.stream().map(names::get).toList(), size, ordinal, fleetSeed);
      for (int i = 0; i < ofKind.length; i++) {
        isIn[indexes.get(i)] = ofKind[i];
      }
    }
    return isIn;
  }

  /** Each with its index in the lower bits. */
  private static long[] shuffled(List<String> names, long round, long fleetSeed) {
    KeyedHash hash = KeyedHash.of(fleetSeed, KeyedHash.SUBSET);
    var order = new long[names.size()];
    for (int i = 0; i < order.length; i++) {
      long name = hash.of(names.get(i).getBytes(StandardCharsets.UTF_8));
      order[i] = Draw.mix(name ^ Draw.mix(round)) >>> INDEX_BITS << INDEX_BITS | i;
    }
    Arrays.sort(order);
    return order;
  }

  /**
   * The number of an LB server that was given none: the one at the end of its name, as in {@code lb-3}, else one that its name is hashed to. With
   * numbers in a row subsets are even; hashed ones are as if drawn, so some members then have many more LB servers than others.
   */
  public static long ordinalOf(String name) {
    int digits = 0;
    while (digits < name.length() && isDigit(name.charAt(name.length() - 1 - digits))) {
      digits++;
    }
    if (digits > 0 && digits <= MOST_DIGITS) {
      return Long.parseLong(name.substring(name.length() - digits));
    }
    return KeyedHash.of(0, KeyedHash.SUBSET).of(name.getBytes(StandardCharsets.UTF_8)) >>> 32;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
