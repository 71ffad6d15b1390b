package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Algorithm;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The algorithms that weigh what members carry by a measure: how long they take to answer, how busy they say they are. */
class MeasuredChoicesTest {
  private static final int PICKS = 100_000;
  private static final List<Member> TEN =
      IntStream.range(0, 10).mapToObj(i -> new Member("b" + i, 1)).toList();

  private final int[] inFlight = new int[10];
  private final long[] responses = new long[10];
  private final int[] utilisations = new int[10];
  private final Loads loads =
      new Loads() {
        @Override
        public int inFlight(int index) {
          return inFlight[index];
        }

        @Override
        public long total() {
          return IntStream.of(inFlight).sum();
        }

        @Override
        public long responseNanos(int index) {
          return responses[index];
        }

        @Override
        public int utilisation(int index) {
          return utilisations[index];
        }
      };

  private int[] picks(Algorithm algorithm, List<Member> members) {
    Balancer balancer = Balancers.build(algorithm, members, 1);
    int[] picks = new int[members.size()];
    for (int key = 0; key < PICKS; key++) {
      picks[balancer.pick(key, Tried.NONE, loads)]++;
    }
    return picks;
  }

  @Test
  void shouldAvoidTheOneThatAnswersSlowly() {
    IntStream.range(0, 10).forEach(i -> responses[i] = i == 3 ? 2_000_000 : 1_000_000);

    int[] picks = picks(new Algorithm.LeastResponseTime(), TEN);

    // Only when both choices fall on it: 1 in 100.
    assertThat(picks[3]).isBetween(850, 1_150);
  }

  /** What carries twice as much and answers in half the time costs as much: both get the same. */
  @Test
  void shouldWeighLoadAgainstResponseTime() {
    responses[0] = 1_000_000;
    responses[1] = 3_000_000;
    inFlight[0] = 3;
    Balancer balancer = Balancers.build(new Algorithm.LeastResponseTime(), TEN.subList(0, 2), 1);
    for (int key = 0; key < 1_000; key++) {
      int other = responses[0] * (1 + inFlight[0]) > responses[1] * (1 + inFlight[1]) ? 1 : 0;
      int picked = balancer.pick(key, Tried.NONE, loads);
      inFlight[picked] += picked == other ? 1 : 0;
    }
    double ratio = (double) inFlight[0] / inFlight[1];
    assertThat(ratio).isBetween(2.8, 3.2);
  }

  @Test
  void shouldGoByLoadAloneWhileAMeasureIsNotKnown() {
    responses[0] = 1_000_000;
    inFlight[0] = 1;

    int[] picks = picks(new Algorithm.LeastResponseTime(), TEN.subList(0, 2));

    assertThat(picks[1]).as("carries nothing").isBetween(74_000, 76_000);
  }

  @Test
  void shouldAvoidTheOneThatSaysItIsBusy() {
    IntStream.range(0, 10).forEach(i -> utilisations[i] = i == 7 ? 900 : 300);

    int[] picks = picks(new Algorithm.LeastLoad(), TEN);

    assertThat(picks[7]).isBetween(850, 1_150);
  }

  @Test
  void shouldPickByWeightWhileNothingTellsThemApart() {
    List<Member> members = List.of(new Member("a", 1), new Member("b", 3));

    assertThat(picks(new Algorithm.LeastResponseTime(), members)[1]).isBetween(74_000, 76_000);
    assertThat(picks(new Algorithm.LeastLoad(), members)[1]).isBetween(74_000, 76_000);
    responses[0] = 5;
    responses[1] = 5;
    assertThat(picks(new Algorithm.LeastResponseTime(), members)[1]).isBetween(74_000, 76_000);
  }
}
