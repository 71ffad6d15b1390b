package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PowerOfTwoChoicesTest {
  private static final int BINS = 1_000;

  /**
   * As many balls as bins: the fullest bin holds ln n / ln ln n (1 + o(1)) balls if they fall at random, ln ln n / ln d + O(1)
   * with d choices (Azar et al., theorem 1).
   */
  @ParameterizedTest
  @ValueSource(longs = {0, 1_000_000, 2_000_000, 3_000_000, -4_000_000})
  void shouldFillBinsAsTheTheoremSays(long start) {
    int fullestAtRandom = fullest(Draw.byWeight(alike(BINS)), start, BINS);
    int fullestOfTwo = fullest(PowerOfTwoChoices.over(alike(BINS), 2, Measure.NONE), start, BINS);
    int fullestOfFour = fullest(PowerOfTwoChoices.over(alike(BINS), 4, Measure.NONE), start, BINS);

    assertThat(fullestAtRandom).isBetween(5, 8);
    assertThat(fullestOfTwo).isBetween(2, 4);
    assertThat(fullestOfFour).isBetween(2, 3);
  }

  /** The gap between the fullest and the average stays the same however many balls fall (Berenbrink et al., 2000). */
  @Test
  void shouldNotDriftApartUnderLastingLoad() {
    int balls = 200 * BINS;

    assertThat(fullest(PowerOfTwoChoices.over(alike(BINS), 2, Measure.NONE), 7, balls) - 200)
        .isBetween(1, 5);
    assertThat(fullest(Draw.byWeight(alike(BINS)), 7, balls) - 200).isGreaterThan(25);
  }

  @Test
  void shouldLoadEachForItsWeight() {
    List<Member> members = List.of(new Member("a", 1), new Member("b", 2), new Member("c", 7));

    int[] load = fill(PowerOfTwoChoices.over(members, 2, Measure.NONE), 3, 0, 10_000);

    assertThat(load[0]).isBetween(980, 1_020);
    assertThat(load[1]).isBetween(1_970, 2_030);
    assertThat(load[2]).isBetween(6_950, 7_050);
  }

  @Test
  void shouldAvoidTheOneThatIsStuck() {
    PowerOfTwoChoices balancer = PowerOfTwoChoices.over(alike(10), 2, Measure.NONE);
    int[] picks = new int[10];
    for (int key = 0; key < 100_000; key++) {
      picks[balancer.pick(key, Tried.NONE, Loads.of(10, index -> index == 3 ? 1_000 : 0))]++;
    }
    // Only when both choices fall on it: 1 in 100.
    assertThat(picks[3]).isBetween(800, 1_200);
  }

  private static int fullest(Balancer balancer, long start, int balls) {
    return Arrays.stream(fill(balancer, BINS, start, balls)).max().orElseThrow();
  }

  private static int[] fill(Balancer balancer, int bins, long start, int balls) {
    int[] load = new int[bins];
    Loads loads = Loads.of(bins, index -> load[index]);
    for (int ball = 0; ball < balls; ball++) {
      load[balancer.pick(start + ball, Tried.NONE, loads)]++;
    }
    return load;
  }

  private static List<Member> alike(int count) {
    return IntStream.range(0, count).mapToObj(i -> new Member("b" + (10_000 + i), 1)).toList();
  }
}
