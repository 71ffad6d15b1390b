package dev.ballast.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChanceTest {
  private static final int DRAWS = 1_000_000;

  static List<ServiceTime> serviceTimes() {
    return List.of(
        new ServiceTime.Constant(1e7),
        new ServiceTime.Exponential(1e7),
        new ServiceTime.LogNormal(1e7, 1),
        new ServiceTime.Pareto(1e7, 3),
        new ServiceTime.Bimodal(1e7, 0.1, 20),
        new ServiceTime.Recorded(new long[] {5_000_000, 15_000_000}));
  }

  @ParameterizedTest
  @MethodSource("serviceTimes")
  void shouldDrawServiceTimesOfTheMeanThatIsGiven(ServiceTime service) {
    var chance = new Chance(1, 1);
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
      sum += service.draw(chance, i);
    }
    assertThat(sum / DRAWS).isCloseTo(1e7, withinPercentage(1));
    assertThat(service.meanNanos()).isCloseTo(1e7, withinPercentage(0.001));
  }

  /** The second moments, which queues depend on. */
  @Test
  void shouldDrawServiceTimesOfTheRightVariance() {
    assertThat(variation(new ServiceTime.Exponential(1e7))).isCloseTo(1, within(0.02));
    assertThat(variation(new ServiceTime.LogNormal(1e7, 0.8)))
        .isCloseTo(Math.exp(0.64) - 1, within(0.03));
    double fast = 1 / (0.9 + 0.1 * 20);
    assertThat(variation(new ServiceTime.Bimodal(1e7, 0.1, 20)))
        .isCloseTo(0.9 * fast * fast + 0.1 * 400 * fast * fast - 1, within(0.03));
  }

  /** The square of the coefficient of variation. */
  private static double variation(ServiceTime service) {
    var chance = new Chance(2, 1);
    double squares = 0;
    for (int i = 0; i < DRAWS; i++) {
      double relative = service.draw(chance, i) / 1e7;
      squares += relative * relative;
    }
    return squares / DRAWS - 1;
  }

  @Test
  void shouldHaveTheTailOfPareto() {
    var chance = new Chance(3, 1);
    var pareto = new ServiceTime.Pareto(2e6, 2);
    long beyond =
        IntStream.range(0, DRAWS).filter(i -> pareto.draw(chance, i) > 10_000_000).count();
    assertThat((double) beyond / DRAWS)
        .as("P(X > 10 xm) with alpha 2")
        .isCloseTo(0.01, within(0.0005));
  }

  @Test
  void shouldDrawTheSameFromTheSameSeedAndOthersFromOthers() {
    assertThat(bits(new Chance(7, 1))).isEqualTo(bits(new Chance(7, 1)));
    assertThat(bits(new Chance(7, 1))).doesNotContainAnyElementsOf(bits(new Chance(7, 2)));
    assertThat(bits(new Chance(7, 1))).doesNotContainAnyElementsOf(bits(new Chance(8, 1)));
  }

  private static List<Long> bits(Chance chance) {
    return IntStream.range(0, 100).mapToObj(_ -> chance.bits()).toList();
  }

  @Test
  void shouldComeAtTheRateThatIsGiven() {
    var bursty = new Arrivals.Bursty(500, 3, Duration.ofMillis(500), Duration.ofSeconds(2));
    for (Arrivals arrivals : List.of(new Arrivals.Poisson(500), bursty)) {
      long last = last(ArrivalClock.of(arrivals, new Chance(4, 1)), DRAWS);
      assertThat(DRAWS / (last / 1e9)).as(arrivals.type()).isCloseTo(500, withinPercentage(3));
    }
  }

  @Test
  void shouldComeInBursts() {
    var bursty = new Arrivals.Bursty(500, 3, Duration.ofMillis(500), Duration.ofSeconds(2));
    assertThat(dispersion(new Arrivals.Poisson(500))).isCloseTo(1, within(0.1));
    assertThat(dispersion(bursty)).as("variance over mean of counts in 100 ms").isGreaterThan(20);
  }

  private static double dispersion(Arrivals arrivals) {
    ArrivalClock clock = ArrivalClock.of(arrivals, new Chance(5, 1));
    double[] counts = new double[10_000];
    for (long at = clock.next(); at < 1_000_000_000_000L; at = clock.next()) {
      counts[(int) (at / 100_000_000)]++;
    }
    double mean = IntStream.range(0, counts.length).mapToDouble(i -> counts[i]).average().orElse(0);
    double variance =
        IntStream.range(0, counts.length)
            .mapToDouble(i -> (counts[i] - mean) * (counts[i] - mean))
            .average()
            .orElse(0);
    return variance / mean;
  }

  @Test
  void shouldPlayARecordingOverAndOverAtAnySpeed() {
    var recorded = new Arrivals.Recorded(new long[] {0, 100, 300}, 1);
    ArrivalClock clock = ArrivalClock.of(recorded, new Chance(1, 1));
    assertThat(IntStream.range(0, 7).mapToObj(_ -> clock.next()))
        .containsExactly(0L, 100L, 300L, 450L, 550L, 750L, 900L);
    Arrivals faster = recorded.at(2 * recorded.perSecond());
    assertThat(faster.perSecond()).isCloseTo(2 * recorded.perSecond(), withinPercentage(0.001));
    assertThat(last(ArrivalClock.of(faster, new Chance(1, 1)), 3)).isEqualTo(150);
  }

  private static long last(ArrivalClock clock, int count) {
    long last = 0;
    for (int i = 0; i < count; i++) {
      last = clock.next();
    }
    return last;
  }

  @Test
  void shouldDrawKeysByZipfsLaw() {
    var keys = new Keys(1_000, 1, 9);
    var chance = new Chance(6, 1);
    long[] first = {0, 0};
    for (int i = 0; i < DRAWS; i++) {
      long key = keys.draw(chance);
      first[0] += key == keys.hash(0) ? 1 : 0;
      first[1] += key == keys.hash(9) ? 1 : 0;
    }
    double sum = IntStream.rangeClosed(1, 1_000).mapToDouble(k -> 1.0 / k).sum();
    assertThat((double) first[0] / DRAWS).isCloseTo(1 / sum, withinPercentage(2));
    assertThat((double) first[1] / DRAWS).isCloseTo(0.1 / sum, withinPercentage(3));
  }
}
