package dev.ballast.balancing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Points on a ring, several of each member; a key belongs to the next point clockwise (Karger et al., "Consistent hashing and random
 * trees", 1997). Whoever may not be picked leaves its keys to the next points.
 */
final class HashRing implements HashTable {
  private final long[] points;
  private final int[] owners;

  private HashRing(long[] points, int[] owners) {
    this.points = points;
    this.owners = owners;
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
    int[] order =
        IntStream.range(0, hashes.length)
            .boxed()
            .sorted((one, other) -> Long.compare(hashes[one], hashes[other]))
            .mapToInt(Integer::intValue)
            .toArray();
    return new HashRing(
        Arrays.stream(order).mapToLong(i -> hashes[i]).toArray(),
        Arrays.stream(order).map(i -> memberOf[i]).toArray());
  }

  @Override
  public int first(long hash, Admission admission, Tried tried, Loads loads) {
    int found = Arrays.binarySearch(points, hash);
    int at = found < 0 ? -found - 1 : found;
    for (int step = 0; step < points.length; step++) {
      int member = owners[at < points.length ? at : at - points.length];
      if (admission.admits(member, hash, tried, loads)) {
        return member;
      }
      at++;
    }
    return Balancer.NONE;
  }
}
