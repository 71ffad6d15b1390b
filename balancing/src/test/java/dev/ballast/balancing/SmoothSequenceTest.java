package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Algorithm;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How evenly weighted round robin spreads the turns of each member, where a cycle is short enough to be written out. */
class SmoothSequenceTest {
  private static final Loads NO_LOADS = Loads.IDLE;

  @ParameterizedTest
  @CsvSource({
    "1, A",
    "1 1 1, ABC",
    "2 1 1, ABAC",
    "200 100 100, ABAC",
    "3 2 1, ABABAC",
    "5 1 1, AAABAAC",
    "7 3, AABAABAAAB",
    "4 3 2 1, ABACBABACD",
    "0 2 0 1, BBD"
  })
  void shouldInterleaveTheTurns(String weights, String cycle) {
    List<Member> members = members(weights);
    Balancer balancer = Balancers.build(new Algorithm.WeightedRoundRobin(), members, 0);

    String picked =
        IntStream.range(0, cycle.length())
            .map(key -> balancer.pick(key, Tried.NONE, NO_LOADS))
            .mapToObj(index -> String.valueOf((char) ('A' + index)))
            .collect(Collectors.joining());

    assertThat(picked).isEqualTo(cycle);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldStayLessThanOneTurnFromEachShareFromTheBeginningOfACycle(long seed) {
    var random = new Random(seed);
    for (int round = 0; round < 30; round++) {
      int[] weights = weights(random);
      int slots = IntStream.of(weights).sum();
      char[] sequence = SmoothSequence.of(weights, slots);

      long[] turns = new long[weights.length];
      for (int n = 1; n <= slots; n++) {
        turns[sequence[n - 1]]++;
        for (int i = 0; i < weights.length; i++) {
          long off = Math.abs(turns[i] * slots - (long) n * weights[i]);
          assertThat(off).as("seed %s, member %s after %s", seed, i, n).isLessThan(slots);
        }
      }
    }
  }

  /** Each event loop begins somewhere, so what a loop picks is such a stretch. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldStayLessThanTwoTurnsFromEachShareWhereverItBegins(long seed) {
    var random = new Random(seed);
    int[] weights = weights(random);
    int slots = IntStream.of(weights).sum();
    Balancer balancer =
        Balancers.build(new Algorithm.WeightedRoundRobin(), membersOf(weights), seed);
    for (int round = 0; round < 20; round++) {
      long start = random.nextLong();
      long[] turns = new long[weights.length];
      for (int n = 1; n <= 2 * slots; n++) {
        turns[balancer.pick(start + n, Tried.NONE, NO_LOADS)]++;
        for (int i = 0; i < weights.length; i++) {
          long off = Math.abs(turns[i] * slots - (long) n * weights[i]);
          assertThat(off).as("seed %s, member %s after %s", seed, i, n).isLessThan(2L * slots);
        }
      }
    }
  }

  @Test
  void shouldLetNobodyHaveMoreTurnsInARowThanItsShareMakesUnavoidableAndOne() {
    var random = new Random(9);
    for (int round = 0; round < 300; round++) {
      int[] weights = weights(random);
      int slots = IntStream.of(weights).sum();
      char[] sequence = SmoothSequence.of(weights, slots);
      for (int i = 0; i < weights.length; i++) {
        int unavoidable = Math.ceilDiv(weights[i], Math.max(1, slots - weights[i]));
        assertThat(longestRun(sequence, i))
            .as("member %s of %s", i, Arrays.toString(weights))
            .isLessThanOrEqualTo(unavoidable + 1);
      }
    }
  }

  @Test
  void shouldBeExactUpToTheLongestCycleThatIsWrittenOutAndBeyond() {
    for (int slots : List.of(SmoothSequence.MOST_SLOTS, SmoothSequence.MOST_SLOTS + 1)) {
      List<Member> members =
          membersOf(new int[] {1, slots / 3, slots / 5, slots - 1 - slots / 3 - slots / 5});
      Balancer balancer = Balancers.build(new Algorithm.WeightedRoundRobin(), members, 0);
      int[] turns = new int[members.size()];
      for (int key = 0; key < slots; key++) {
        turns[balancer.pick(key - 1_000L, Tried.NONE, NO_LOADS)]++;
      }
      assertThat(turns).isEqualTo(members.stream().mapToInt(Member::effectiveWeight).toArray());
    }
  }

  /** Around the cycle, from its end to its beginning too. */
  private static int longestRun(char[] sequence, int owner) {
    int longest = 0;
    int run = 0;
    for (int slot = 0; slot < 2 * sequence.length; slot++) {
      run = sequence[slot % sequence.length] == owner ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return Math.min(longest, sequence.length);
  }

  private static int[] weights(Random random) {
    int most = List.of(3, 10, 100).get(random.nextInt(3));
    return IntStream.range(0, 2 + random.nextInt(14)).map(_ -> 1 + random.nextInt(most)).toArray();
  }

  private static List<Member> members(String weights) {
    return membersOf(List.of(weights.split(" ")).stream().mapToInt(Integer::parseInt).toArray());
  }

  private static List<Member> membersOf(int[] weights) {
    return IntStream.range(0, weights.length)
        .mapToObj(i -> new Member(String.format("b%05d", i), weights[i]))
        .toList();
  }
}
