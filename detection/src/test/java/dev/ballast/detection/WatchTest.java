package dev.ballast.detection;

import static dev.ballast.detection.Times.GOOD;
import static dev.ballast.detection.Times.MS;
import static dev.ballast.detection.Times.REFUSED;
import static dev.ballast.detection.Times.S;
import static dev.ballast.detection.Times.SILENT;
import static dev.ballast.detection.Times.WRONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatchTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private long now;
  private final List<Probe> asked = new ArrayList<>();
  private final List<Transition> transitions = new ArrayList<>();

  private static Watch watch(WatchSettings settings, Verdict known) {
    return new Watch(settings, Watched.Known.only(known), 0, new Random(1));
  }

  private void took(@Nullable Transition transition) {
    if (transition != null) {
      transitions.add(transition);
    }
  }

  /** Goes from turn to turn until {@code until}, every probe ending after {@code delay} as said. */
  private void run(Watch watch, Outcome outcome, long delay, long until) {
    run(watch, outcome, delay, until, Ruling.CONVICT);
  }

  private void run(Watch watch, Outcome outcome, long delay, long until, Ruling ruling) {
    var out = new ArrayList<Probe>();
    var ends = new ArrayList<Long>();
    for (int turns = 0; turns < 100_000 && now <= until; turns++) {
      took(watch.passed(ruling, now));
      Probe probe = watch.due(now);
      if (probe != null) {
        asked.add(probe);
        out.add(probe);
        ends.add(now + delay);
      }
      long next = watch.nextTurn(now);
      if (!ends.isEmpty() && ends.getFirst() <= next) {
        now = ends.removeFirst();
        took(watch.ended(out.removeFirst().number(), outcome, ruling, now));
      } else {
        now = Math.max(now + 1, next);
      }
    }
    assertThat(now).as("time goes on").isGreaterThan(until);
  }

  @Test
  void shouldBeHealthyAfterOneGoodAnswer() {
    Watch watch = watch(Times.every(SECOND), Verdict.UNKNOWN);
    run(watch, GOOD, 5 * MS, 2 * S);

    assertThat(transitions).hasSize(1);
    assertThat(watch.verdict()).isEqualTo(Verdict.HEALTHY);
  }

  @Test
  void shouldAskOnceAnIntervalAndOnAFreshConnectionEveryTenthTime() {
    Watch watch = watch(Times.every(SECOND), Verdict.HEALTHY);
    run(watch, GOOD, 5 * MS, 100 * S);

    assertThat(asked).hasSizeBetween(95, 106);
    assertThat(asked.stream().filter(Probe::isFresh).map(Probe::number))
        .allMatch(number -> number % 10 == 1);
    for (int i = 1; i < asked.size(); i++) {
      assertThat(asked.get(i).scheduledAt() - asked.get(i - 1).scheduledAt())
          .isBetween(950 * MS, 1_050 * MS);
    }
  }

  @ParameterizedTest(name = "{0} ms")
  @ValueSource(longs = {100, 1_000, 60_000, 3_600_000})
  void shouldConvictASilentTargetSoonAtAnyInterval(long interval) {
    Watch watch = watch(Times.every(Duration.ofMillis(interval)), Verdict.UNKNOWN);
    run(watch, GOOD, 5 * MS, 20 * interval * MS);
    long died = now;
    int before = asked.size();
    run(watch, SILENT, 50 * MS, now + 2 * interval * MS + 5 * S);

    assertThat(watch.verdict()).isEqualTo(Verdict.UNHEALTHY);
    assertThat(transitions.getLast().atNanos() - died)
        .isLessThan(interval * MS * 21 / 20 + 2_500 * MS);
    assertThat(asked.subList(before + 1, before + 3)).allMatch(Probe::isFresh);
  }

  @Test
  void shouldProveAWrongAnswerByOneMoreProbeAtOnce() {
    Watch watch = watch(Times.every(SECOND), Verdict.HEALTHY);
    run(watch, WRONG, 5 * MS, 1_200 * MS);

    assertThat(watch.verdict()).isEqualTo(Verdict.UNHEALTHY);
    assertThat(asked.get(1).scheduledAt() - asked.get(0).scheduledAt()).isLessThan(6 * MS);
    assertThat(asked.get(1).isFresh()).isTrue();
  }

  @Test
  void shouldAskAnUnhealthyTargetAtItsOwnIntervalWithoutHaste() {
    Pace pace =
        new Pace(SECOND, Duration.ofSeconds(3), SECOND, 0, Duration.ofMillis(500), Duration.ZERO);
    var settings =
        new WatchSettings(pace, new Detection.Phi(AccrualSettings.DEFAULT), Rising.DEFAULT);
    Watch watch = watch(settings, Verdict.UNHEALTHY);
    run(watch, SILENT, 500 * MS, 30 * S);

    assertThat(asked).hasSize(10);
    assertThat(transitions).isEmpty();
  }

  @Test
  void shouldNotCountGoodAnswersAcrossAFailure() {
    Watch watch = watch(Times.every(SECOND), Verdict.UNHEALTHY);
    for (int i = 0; i < 10; i++) {
      now += S;
      Probe first = Objects.requireNonNull(watch.due(now));
      took(watch.ended(first.number(), i % 2 == 0 ? GOOD : WRONG, Ruling.CONVICT, now + MS));
      now += 200 * MS;
    }

    assertThat(transitions).isEmpty();
  }

  @Test
  void shouldTrustAFlappingTargetLaterEachTime() {
    Watch watch = watch(Times.every(SECOND), Verdict.HEALTHY);
    var waits = new ArrayList<Long>();
    for (int i = 0; i < 3; i++) {
      run(watch, REFUSED, MS, now + 2 * S);
      long back = now;
      run(watch, GOOD, MS, now + 12 * S);
      waits.add(transitions.getLast().atNanos() - back);
    }

    assertThat(transitions).hasSize(6);
    assertThat(waits.get(1)).isGreaterThan(waits.get(0) + S);
    assertThat(waits.get(2)).isGreaterThan(waits.get(1) + 3 * S);
  }

  @Test
  void shouldRememberTheFallsOfAnEarlierObserver() {
    var known = new Watched.Known(Verdict.UNHEALTHY, List.of(SECOND, SECOND, SECOND));
    Watch watch = new Watch(Times.every(SECOND), known, 0, new Random(1));
    run(watch, GOOD, MS, 6 * S);
    assertThat(watch.verdict()).isEqualTo(Verdict.UNHEALTHY);

    run(watch, GOOD, MS, 10 * S);
    assertThat(watch.verdict()).isEqualTo(Verdict.HEALTHY);
    assertThat(watch.known(now).verdict()).isEqualTo(Verdict.HEALTHY);
    assertThat(watch.known(now).falls())
        .as("told to the next one, grown older")
        .containsOnly(SECOND.plusNanos(now))
        .hasSize(3);
  }

  @Test
  void shouldNotCallATargetUnhealthyThatIsStartingUp() {
    var settings =
        new WatchSettings(
            Pace.every(SECOND).withGrace(Duration.ofSeconds(20)),
            new Detection.Phi(AccrualSettings.DEFAULT),
            Rising.DEFAULT);
    Watch refusing = watch(settings, Verdict.UNKNOWN);
    run(refusing, REFUSED, MS, 19 * S);
    assertThat(transitions).isEmpty();
    run(refusing, REFUSED, MS, 22 * S);
    assertThat(refusing.verdict()).isEqualTo(Verdict.UNHEALTHY);

    now = 0;
    Watch silent = watch(settings, Verdict.UNKNOWN);
    run(silent, SILENT, 500 * MS, 19 * S);
    assertThat(silent.verdict()).isEqualTo(Verdict.UNKNOWN);
    run(silent, SILENT, 500 * MS, 22 * S);
    assertThat(silent.verdict()).isEqualTo(Verdict.UNHEALTHY);
  }

  @Test
  void shouldHoldConvictionsBySilenceAloneWhileTheBrakeHolds() {
    Watch watch = watch(Times.every(SECOND), Verdict.UNKNOWN);
    run(watch, GOOD, MS, 20 * S);
    run(watch, SILENT, 500 * MS, 26 * S, Ruling.HOLD);
    assertThat(watch.verdict()).isEqualTo(Verdict.HEALTHY);

    run(watch, SILENT, 500 * MS, now + 300 * MS);
    assertThat(watch.verdict()).isEqualTo(Verdict.UNHEALTHY);
  }

  @Test
  void shouldHaveFewProbesOfOneTargetInFlight() {
    Watch watch = watch(Times.every(Duration.ofMillis(100)), Verdict.UNHEALTHY);
    int sent = 0;
    for (now = 0; now < 10 * S; now += MS) {
      sent += watch.due(now) == null ? 0 : 1;
    }

    assertThat(sent).isEqualTo(Watch.MOST_IN_FLIGHT);
  }

  @Test
  void shouldAskLaterByAsMuchAsTheObserverWasAway() {
    Watch watch = watch(Times.every(SECOND), Verdict.HEALTHY);
    long due = watch.nextTurn(0);
    watch.discount(0, 10 * S);

    assertThat(watch.nextTurn(10 * S)).isEqualTo(due + 10 * S);
  }

  @Test
  void shouldConvictByCountWhereThatIsChosen() {
    Watch watch = watch(Times.counting(3), Verdict.HEALTHY);
    run(watch, SILENT, 500 * MS, 5 * S);

    assertThat(transitions).hasSize(1);
    assertThat(transitions.getFirst().reason()).isEqualTo("timed out, 3 times in a row");
  }
}
