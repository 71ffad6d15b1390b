package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The tournament against looking at everyone, over seeded histories. */
class RankingTest {
  private static final long SEED = 7;
  private static final Loads IDLE = Loads.IDLE;

  @Test
  void shouldKnowWhoCarriesLeastForItsWeightWhateverHappened() {
    var random = new Random(1);
    for (int round = 0; round < 200; round++) {
      int[] weights =
          IntStream.range(0, 1 + random.nextInt(40)).map(i -> random.nextInt(5)).toArray();
      int[] loads = IntStream.range(0, weights.length).map(i -> random.nextInt(4)).toArray();
      boolean[] isOut = new boolean[weights.length];
      var ranking =
          new Ranking(weights, Loads.of(loads.length, index -> loads[index]), random.nextLong());
      for (int step = 0; step < 300; step++) {
        change(ranking, random.nextInt(weights.length), random, loads, isOut);
        demandLeast(ranking, weights, loads, isOut);
      }
    }
  }

  private static void change(
      Ranking ranking, int index, Random random, int[] loads, boolean[] isOut) {
    switch (random.nextInt(5)) {
      case 0 -> {
        ranking.began(index);
        loads[index]++;
      }
      case 1 -> {
        ranking.ended(index);
        loads[index] = Math.max(0, loads[index] - 1);
      }
      case 2 -> {
        loads[index] = random.nextInt(10);
        ranking.set(index, loads[index]);
      }
      case 3 -> {
        ranking.leaveOut(index);
        isOut[index] = true;
      }
      default -> {
        ranking.takeIn(index);
        isOut[index] = false;
      }
    }
  }

  private static void demandLeast(Ranking ranking, int[] weights, int[] loads, boolean[] isOut) {
    double least =
        IntStream.range(0, weights.length)
            .filter(i -> weights[i] > 0 && !isOut[i])
            .mapToDouble(i -> (double) loads[i] / weights[i])
            .min()
            .orElse(Double.NaN);
    int first = ranking.first();
    if (Double.isNaN(least)) {
      assertThat(first).isEqualTo(Balancer.NONE);
    } else {
      assertThat(weights[first]).isPositive();
      assertThat(isOut[first]).isFalse();
      assertThat((double) loads[first] / weights[first]).isEqualTo(least);
    }
  }

  @Test
  void shouldLetThoseWhoCarryAlikeTakeTurnsByWeight() {
    int[] weights = {1, 2, 5, 0};
    var ranking = new Ranking(weights, IDLE, SEED);
    int[] turns = new int[weights.length];
    for (int i = 0; i < 800; i++) {
      int first = ranking.first();
      turns[first]++;
      ranking.began(first);
      ranking.ended(first);
      for (int other = 0; other < weights.length; other++) {
        double share = (i + 1.0) * weights[other] / 8;
        assertThat(turns[other]).isBetween((int) share - 2, (int) share + 2);
      }
    }
  }

  @Test
  void shouldMakeUpForNoTurnsOfOneThatWasBusyForLong() {
    var ranking = new Ranking(new int[] {1, 1, 1}, IDLE, SEED);
    ranking.began(0);
    for (int i = 0; i < 1_000; i++) {
      int first = ranking.first();
      assertThat(first).isNotZero();
      ranking.began(first);
      ranking.ended(first);
    }
    ranking.ended(0);
    int[] turns = new int[3];
    for (int i = 0; i < 30; i++) {
      int first = ranking.first();
      turns[first]++;
      ranking.began(first);
      ranking.ended(first);
    }
    assertThat(turns[0]).isBetween(9, 12);
  }

  @Test
  void shouldBeginWithAnotherOneForAnotherSeed() {
    int[] weights = IntStream.range(0, 100).map(i -> 1).toArray();
    long firsts =
        IntStream.range(0, 50)
            .map(seed -> new Ranking(weights, IDLE, seed * 1_000L).first())
            .distinct()
            .count();
    assertThat(firsts).isGreaterThan(30);
  }

  @Test
  void shouldCountDownToZeroOnly() {
    var ranking = new Ranking(new int[] {1, 1}, IDLE, SEED);
    ranking.ended(0);
    ranking.ended(1);
    ranking.began(0);
    assertThat(ranking.first()).isOne();
  }

  @Test
  void shouldStandThatOneWithoutWeightIsPickedByOthers() {
    var ranking = new Ranking(new int[] {0, 1}, IDLE, SEED);
    ranking.began(0);
    ranking.ended(0);
    assertThat(ranking.first()).isOne();
  }
}
