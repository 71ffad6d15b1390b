package dev.ballast.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DetectionEvaluationTest {
  private static final DetectionEvaluation SHORT = new DetectionEvaluation(0.2, 20, 3);

  private static void evenAnswers(Suspector suspector, int count, double delay) {
    for (int probe = 0; probe < count; probe++) {
      suspector.arrived(probe, probe + delay);
    }
  }

  @Test
  void shouldSuspectAFixedTimeAfterTheLastAnswer() {
    Suspector fixed = Suspector.fixed(2);
    assertThat(fixed.suspectsAt()).isInfinite();

    evenAnswers(fixed, 10, 0.02);
    assertThat(fixed.suspectsAt()).isEqualTo(11.02);
  }

  @Test
  void shouldExpectTheNextAnswerWhereChenDoes() {
    var chen = new ChenEstimator(1, 0.2);
    evenAnswers(chen, 2_000, 0.02);

    assertThat(chen.suspectsAt()).isCloseTo(2_000.22, within(1e-9));
  }

  @Test
  void shouldNarrowBertiersMarginWhereAnswersAreEven() {
    var bertier = new ChenEstimator(1, Double.NaN);
    evenAnswers(bertier, 2_000, 0.02);

    assertThat(bertier.suspectsAt()).isCloseTo(2_000.02, within(1e-6));
  }

  @Test
  void shouldWaitAsLongAsAkkaAndCassandraDo() {
    var akka = HeartbeatPhi.ofAkka(8);
    var cassandra = HeartbeatPhi.ofCassandra(8);
    evenAnswers(akka, 100, 0.02);
    evenAnswers(cassandra, 100, 0.02);

    // 5.612 standard deviations are exceeded once in 10^8 times.
    assertThat(akka.suspectsAt() - 99.02).isCloseTo(3 + 1 + 0.5612, within(1e-3));
    assertThat(cassandra.suspectsAt() - 99.02).isCloseTo(8 * Math.log(10), within(1e-6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"loopback.txt", "veth-loss.txt", "veth-bursts.txt"})
  void shouldReadTenMinutesOfRecords(String name) {
    double[] millis = RecordedDelays.read(name).millis();

    assertThat(millis).hasSize(12_000);
    assertThat(Arrays.stream(millis).filter(one -> one <= 0 || one > 5_000)).isEmpty();
    assertThat(Arrays.stream(millis).filter(Double::isNaN).count()).isLessThan(400);
  }

  @Test
  void shouldMeetOtherRecordsTheSecondTimeRound() {
    Link link = RecordedDelays.read("loopback.txt").link(1);

    assertThat(link.delayMillis(1)).isNotEqualTo(link.delayMillis(601));
  }

  @Test
  void shouldHaveSpellsAsOftenAndAsLongAsIsSaid() {
    var spells = new Spells(new Chance(1, 1), 60, 0.5, 0.5, true);
    int bad = 0;
    int steps = 4_000_000;
    for (int step = 0; step < steps; step++) {
      bad += spells.isIn(step * 0.1) ? 1 : 0;
    }

    assertThat((double) bad / steps).isCloseTo(0.5 / 60.5, within(0.0006));
  }

  @Test
  void shouldNoticeEveryDeathWithinTheBoundAndMakeNoMistakeOnAQuietLink() {
    List<DetectionQuality> ours =
        SHORT.comparison().stream()
            .filter(one -> one.detector().equals(DetectionEvaluation.BALLAST))
            .toList();

    assertThat(ours).hasSize(Link.kinds().size());
    assertThat(ours).allMatch(one -> one.p99DetectionSeconds() < 3);
    assertThat(ours)
        .filteredOn(one -> List.of("normal", "exponential", "slow", "loss 1%").contains(one.link()))
        .allMatch(one -> one.mistakes() == 0);
  }

  @Test
  void shouldForgiveThePausesOfTheObserverAndShortBursts() {
    assertThat(SHORT.hitches())
        .filteredOn(one -> one.kind().equals("observer pause") || one.length().toMillis() < 1_000)
        .hasSize(10)
        .allMatch(one -> one.convictions() == 0);
  }
}
