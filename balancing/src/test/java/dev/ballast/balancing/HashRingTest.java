package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LB servers of different versions give a key to the same backend: how a ring is laid out in memory changes nothing of that. */
class HashRingTest {
  private static final long FLEET_SEED = 42;
  private static final int KEYS = 20_000;
  private static final long PLACES = -1L << 28;
  private static final HashTable.Admission ALL = (_, _, _, _) -> true;

  private static List<Member> members(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Member("backend-%05d".formatted(i), 1 + i * 7 % 8))
        .toList();
  }

  private static long key(int number) {
    return Draw.mix(number);
  }

  private static int[] owners(HashRing ring) {
    return IntStream.range(0, KEYS)
        .map(key -> ring.first(key(key), ALL, Tried.NONE, Loads.IDLE))
        .toArray();
  }

  /** The sums are those of the first version that had rings. */
  @ParameterizedTest
  @CsvSource({
    "1, 160, -953025535",
    "10, 160, -1811011429",
    "100, 160, 565207850",
    "1000, 160, 1473357982",
    "50, 1, -1037391827"
  })
  void shouldAgreeWithLbServersOfEarlierVersions(int count, int points, int sum) {
    int[] owners = owners(HashRing.build(members(count), points, FLEET_SEED));
    assertThat(Arrays.hashCode(owners)).isEqualTo(sum);
  }

  /** By the definition: the first of the members' points that does not lie before the key, in the upper 36 bits. */
  @ParameterizedTest
  @CsvSource({"1, 1", "3, 2", "70, 40", "300, 160"})
  void shouldGiveAKeyToTheNextPointClockwise(int count, int most) {
    List<Member> members = members(count);
    var ring = new TreeMap<Long, Integer>();
    KeyedHash hash = KeyedHash.of(FLEET_SEED, KeyedHash.RING);
    for (int member = 0; member < count; member++) {
      long name = hash.of(members.get(member).name().getBytes(StandardCharsets.UTF_8));
      int heaviest = members.stream().mapToInt(Member::effectiveWeight).max().orElseThrow();
      long points =
          Math.max(1, Math.round((double) most * members.get(member).effectiveWeight() / heaviest));
      for (int point = 0; point < points; point++) {
        ring.putIfAbsent(Draw.mix(name + point) & PLACES, member);
      }
    }
    int[] expected =
        IntStream.range(0, KEYS)
            .map(
                key -> {
                  var next = ring.ceilingEntry(key(key));
                  return (next == null ? ring.firstEntry() : next).getValue();
                })
            .toArray();
    assertThat(owners(HashRing.build(members, most, FLEET_SEED))).isEqualTo(expected);
  }
}
