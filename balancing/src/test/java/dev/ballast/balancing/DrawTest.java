package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statistics of the draws; keys in a row, as event loops count them. */
class DrawTest {
  private static final Loads NO_LOADS = Loads.IDLE;
  private static final int DRAWS = 200_000;

  /** Of a normal distribution, once in 3.5 million. */
  private static final double SIGMAS = 5.1;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldDrawByWeight(long seed) {
    var random = new Random(seed);
    List<Member> members =
        IntStream.range(10, 10 + 2 + random.nextInt(40))
            .mapToObj(i -> new Member("b" + i, random.nextInt(257)))
            .toList();
    double sum = members.stream().mapToInt(Member::effectiveWeight).sum();

    int[] drawn = draw(Draw.byWeight(members), members.size(), random.nextLong());

    for (int i = 0; i < drawn.length; i++) {
      assertNear(drawn[i], members.get(i).effectiveWeight() / sum);
    }
  }

  @Test
  void shouldDrawAlikeWhateverTheWeight() {
    List<Member> members =
        List.of(new Member("a", 1), new Member("b", 256), new Member("c", 0), new Member("d", 9));

    int[] drawn = draw(Draw.alike(members), 4, 0);

    assertNear(drawn[0], 1 / 3d);
    assertNear(drawn[1], 1 / 3d);
    assertThat(drawn[2]).isZero();
    assertNear(drawn[3], 1 / 3d);
  }

  @Test
  void shouldDrawWithKeysInARowAsIfIndependent() {
    int size = 7;
    List<Member> members = IntStream.range(0, size).mapToObj(i -> new Member("b" + i, 5)).toList();
    Draw draw = Draw.byWeight(members);
    for (int distance : new int[] {1, 2, 3, 64}) {
      int[] pairs = new int[size * size];
      for (int key = 0; key < DRAWS; key++) {
        int one = draw.pick(key, Tried.NONE, NO_LOADS);
        pairs[one * size + draw.pick(key + distance, Tried.NONE, NO_LOADS)]++;
      }
      for (int count : pairs) {
        assertNear(count, 1d / pairs.length);
      }
    }
  }

  private static int[] draw(Draw draw, int members, long start) {
    int[] drawn = new int[members];
    for (int i = 0; i < DRAWS; i++) {
      drawn[draw.pick(start + i, Tried.NONE, NO_LOADS)]++;
    }
    return drawn;
  }

  private static void assertNear(int count, double share) {
    double sigma = Math.sqrt(DRAWS * share * (1 - share));
    assertThat((double) count)
        .isBetween(DRAWS * share - SIGMAS * sigma, DRAWS * share + SIGMAS * sigma);
  }
}
