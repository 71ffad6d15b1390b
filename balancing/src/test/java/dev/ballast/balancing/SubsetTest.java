package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubsetTest {
  private static final long SEED = 42;

  private static List<String> names(int count) {
    return IntStream.range(0, count).mapToObj(i -> "b" + (10_000 + i)).toList();
  }

  private static List<Integer> subset(int backends, int size, long ordinal) {
    boolean[] isIn = Subset.of(names(backends), size, ordinal, SEED);
    return IntStream.range(0, backends).filter(i -> isIn[i]).boxed().toList();
  }

  /** By how many LB servers each backend is used. */
  private static int[] uses(int backends, int size, LongStream ordinals) {
    int[] uses = new int[backends];
    ordinals.forEach(
        ordinal -> subset(backends, size, ordinal).forEach(backend -> uses[backend]++));
    return uses;
  }

  @Test
  void shouldHaveTheSizeThatWasAskedFor() {
    var random = new Random(1);
    for (int round = 0; round < 500; round++) {
      int backends = random.nextInt(200);
      int size = 1 + random.nextInt(50);
      long ordinal = random.nextLong() >>> 1;

      assertThat(subset(backends, size, ordinal)).hasSize(Math.min(size, backends));
      assertThat(subset(backends, size, ordinal)).isEqualTo(subset(backends, size, ordinal));
    }
  }

  @Test
  void shouldUseEachBackendOnceInARound() {
    var random = new Random(2);
    for (int trial = 0; trial < 200; trial++) {
      int size = 1 + random.nextInt(20);
      int backends = size * (1 + random.nextInt(20)) + random.nextInt(size);
      int subsets = backends / size;
      long round = random.nextInt(1_000);

      int[] uses = uses(backends, size, LongStream.range(round * subsets, (round + 1) * subsets));

      assertThat(uses).containsOnly(backends % size == 0 ? new int[] {1} : new int[] {0, 1});
      assertThat(Arrays.stream(uses).sum()).isEqualTo(subsets * size);
    }
  }

  /** 300 backends, 20 each: rounds of 15. What is left of a round leaves out as many as it does not reach. */
  @Test
  void shouldBeEvenForNumbersInARow() {
    for (int servers : new int[] {15, 30, 45, 100, 300}) {
      for (long first = 0; first < 3; first++) {
        IntSummaryStatistics uses =
            Arrays.stream(uses(300, 20, LongStream.range(first, first + servers)))
                .summaryStatistics();

        assertThat(uses.getMax() - uses.getMin())
            .as("%d LB servers from number %d: %s", servers, first, uses)
            .isLessThanOrEqualTo(servers % 15 == 0 && first == 0 ? 0 : 2);
      }
    }
  }

  /** For docs/configuration.md: how even, with numbers in a row and with such as names are hashed to. */
  @ParameterizedTest(name = "{0} LB servers, {1} backends, {2} each: {3} to {4}, hashed {5} to {6}")
  @CsvSource({
    "10, 100, 20, 2, 2, 0, 5",
    "30, 300, 20, 2, 2, 0, 8",
    "100, 310, 20, 4, 7, 1, 16",
    "100, 1000, 50, 5, 5, 0, 14"
  })
  void shouldBeAsEvenAsTheDocumentationSays(
      int servers, int backends, int size, int least, int most, int leastHashed, int mostHashed) {
    LongUnaryOperator hashed = i -> Subset.ordinalOf("lb-" + (char) ('a' + i % 26) + i + "x");

    var inARow =
        Arrays.stream(uses(backends, size, LongStream.range(0, servers))).summaryStatistics();
    var byHash =
        Arrays.stream(uses(backends, size, LongStream.range(0, servers).map(hashed)))
            .summaryStatistics();

    assertThat(List.of(inARow.getMin(), inARow.getMax(), byHash.getMin(), byHash.getMax()))
        .containsExactly(least, most, leastHashed, mostHashed);
  }

  /** As long as the number of subsets stays, an LB server exchanges at most one backend for another. */
  @Test
  void shouldMoveAtMostOneWhenABackendIsAdded() {
    var random = new Random(3);
    for (int trial = 0; trial < 300; trial++) {
      int size = 2 + random.nextInt(20);
      int subsets = 1 + random.nextInt(20);
      int before = size * subsets + random.nextInt(size - 1);
      var names = new ArrayList<>(names(before));
      String added = "b" + (10_000 + random.nextInt(before)) + "x";
      var more = new ArrayList<>(names);
      more.add(added);
      more.sort(null);
      long ordinal = random.nextInt(10_000);

      List<String> then = members(names, size, ordinal);
      List<String> now = members(more, size, ordinal);

      var kept = new ArrayList<>(then);
      kept.retainAll(now);
      assertThat(kept.size()).isGreaterThanOrEqualTo(size - 1);
    }
  }

  private static List<String> members(List<String> names, int size, long ordinal) {
    boolean[] isIn = Subset.of(names, size, ordinal, SEED);
    return IntStream.range(0, names.size()).filter(i -> isIn[i]).mapToObj(names::get).toList();
  }

  /** A pool that grows from 200 to 400 backends: what 40 LB servers with 20 each exchange for every backend that is added. */
  @Test
  void shouldMoveAboutOneOnAverageWhileAPoolGrows() {
    long moved = 0;
    for (long ordinal = 1; ordinal <= 40; ordinal++) {
      List<Integer> before = subset(200, 20, ordinal);
      for (int backends = 201; backends <= 400; backends++) {
        List<Integer> now = subset(backends, 20, ordinal);
        moved += now.size() - now.stream().filter(before::contains).count();
        before = now;
      }
    }
    assertThat(moved / 40.0 / 200).as("for each LB server and backend added").isBetween(1.1, 1.2);
  }

  @Test
  void shouldSplitThoseDifferentlyThatShareABackend() {
    List<Integer> first = subset(300, 20, 0);
    int shared = first.getFirst();
    List<List<Integer>> sharing =
        LongStream.range(1, 300)
            .mapToObj(ordinal -> subset(300, 20, ordinal))
            .filter(other -> other.contains(shared))
            .toList();

    assertThat(sharing).hasSize(19);
    assertThat(sharing)
        .allSatisfy(
            other -> assertThat(other.stream().filter(first::contains).count()).isLessThan(8));
  }

  @Test
  void shouldTakeSoManyOfEachKind() {
    List<String> names = names(100);
    List<String> kinds =
        IntStream.range(0, 100).mapToObj(i -> i % 10 == 0 ? "spare" : "own").toList();

    boolean[] isIn = Subset.ofEach(names, kinds, 6, 3, SEED);

    assertThat(IntStream.range(0, 100).filter(i -> isIn[i] && i % 10 == 0)).hasSize(6);
    assertThat(IntStream.range(0, 100).filter(i -> isIn[i] && i % 10 != 0)).hasSize(6);
  }

  @ParameterizedTest
  @CsvSource({"lb-3,3", "lb-0,0", "lb007,7", "12,12", "lb-123456789,123456789"})
  void shouldNumberByTheEndOfTheName(String name, long ordinal) {
    assertThat(Subset.ordinalOf(name)).isEqualTo(ordinal);
  }

  @Test
  void shouldNumberOthersByAHash() {
    assertThat(Subset.ordinalOf("edge")).isNotNegative().isNotEqualTo(Subset.ordinalOf("core"));
    assertThat(Subset.ordinalOf("edge")).isEqualTo(Subset.ordinalOf("edge"));
    assertThat(Subset.ordinalOf("lb-1234567890")).isNotNegative();
  }

  @Test
  void shouldRefuseWhatIsNoSubset() {
    assertThatThrownBy(() -> Subset.of(names(3), 0, 1, SEED))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Subset.of(names(3), 1, -1, SEED))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
