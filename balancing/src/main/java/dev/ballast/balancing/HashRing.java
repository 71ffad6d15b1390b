package dev.ballast.balancing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Points on a ring, several of each member; a key belongs to the next point clockwise (Karger et al., "Consistent hashing and random
 * trees", 1997). Whoever may not be picked leaves its keys to the next points.
 *
 * <p>As points lie evenly, a guide of one to two stretches for each point says where to begin to look: less than one step on average. A point and its owner
 * are one number, so that in rings that no cache holds a key costs two misses: one for the guide, one for the point.
 */
final class HashRing implements HashTable {
  /** The bits of a hash that make no difference to where its point lies: they number the points while these are sorted, and then say whose they are. */
  private static final long NUMBER = (1L << 28) - 1;

  /** Points that are asked for one key, so that no key costs more when hardly anybody may be picked. */
  private static final int MOST_STEPS = 1_024;

  /** Where each lies, in the upper bits; whose it is, in those of {@link #NUMBER}. */
  private final long[] points;

  private final int guideBits;
  private final int[] guide;

  private HashRing(long[] points) {
    this.points = points;
    this.guideBits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(points.length));
    this.guide = guide();
  }

  /**
   * @param members ascending by name; those of weight 0 have no points
   * @param most points of the heaviest; the others have as many as their weight is worth, at least one
   */
  static HashRing build(List<Member> members, int most, long fleetSeed) {
    int heaviest = members.stream().mapToInt(Member::effectiveWeight).max().orElse(0);
    int[] counts =
        members.stream()
            .mapToInt(member -> count(member.effectiveWeight(), heaviest, most))
            .toArray();
    long[] hashes = new long[IntStream.of(counts).sum()];
    int[] memberOf = new int[hashes.length];
    KeyedHash hash = KeyedHash.of(fleetSeed, KeyedHash.RING);
    int at = 0;
    for (int member = 0; member < counts.length; member++) {
      long name = hash.of(members.get(member).name().getBytes(StandardCharsets.UTF_8));
      for (int point = 0; point < counts[member]; point++) {
        hashes[at] = Draw.mix(name + point);
        memberOf[at++] = member;
      }
    }
    return sorted(hashes, memberOf);
  }

  private static int count(int weight, int heaviest, int most) {
    return weight == 0 ? 0 : Math.max(1, (int) Math.round((double) most * weight / heaviest));
  }

  /** Where two points coincide, that of the first name comes first. */
  private static HashRing sorted(long[] hashes, int[] memberOf) {
    if (hashes.length > NUMBER) {
      throw new IllegalArgumentException("A ring has at most " + NUMBER + " points");
    }
    long[] points = new long[hashes.length];
    Arrays.setAll(points, i -> (hashes[i] & ~NUMBER) | i);
    Arrays.sort(points);
    for (int i = 0; i < points.length; i++) {
      points[i] = (points[i] & ~NUMBER) | memberOf[(int) (points[i] & NUMBER)];
    }
    return new HashRing(points);
  }

  /** For each stretch of the ring, the first point that does not lie before it. */
  private int[] guide() {
    int[] starts = new int[1 << guideBits];
    int at = 0;
    for (int stretch = 0; stretch < starts.length; stretch++) {
      while (at < points.length && stretch(points[at]) < stretch) {
        at++;
      }
      starts[stretch] = at;
    }
    return starts;
  }

  /** Which stretch of the ring a hash lies in; from the lowest hash, a negative one, upwards. */
  private int stretch(long hash) {
    return (int) ((hash ^ Long.MIN_VALUE) >>> (Long.SIZE - guideBits));
  }

  @Override
  public int first(long hash, Admission admission, Tried tried, Loads loads) {
    int at = guide[stretch(hash)];
    while (at < points.length && (points[at] & ~NUMBER) < hash) {
      at++;
    }
    int most = Math.min(points.length, MOST_STEPS);
    for (int step = 0; step < most; step++) {
      int member = (int) (points[at < points.length ? at : at - points.length] & NUMBER);
      if (admission.admits(member, hash, tried, loads)) {
        return member;
      }
      at++;
    }
    return Balancer.NONE;
  }
}
