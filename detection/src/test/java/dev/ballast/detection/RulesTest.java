package dev.ballast.detection;

import static dev.ballast.detection.Times.MS;
import static dev.ballast.detection.Times.S;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.model.HealthCheck;
import dev.ballast.model.Judgement;
import dev.ballast.model.ProbePace;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The small rules: pauses, the brake, rising and falling, pace, and what a health check says of them. */
class RulesTest {
  @Test
  void shouldCallLatenessBeyondToleranceAPause() {
    var pauses = new OwnPauses(0);
    pauses.meanTo(20 * MS);
    assertThat(pauses.turn(45 * MS)).as("a busy loop").isNull();

    pauses.meanTo(65 * MS);
    assertThat(pauses.turn(S)).isEqualTo(new OwnPauses.Pause(65 * MS, S));
    assertThat(pauses.turn(S + MS)).as("it is over").isNull();
    assertThat(pauses.count()).isEqualTo(1);
    assertThat(pauses.totalNanos()).isEqualTo(935 * MS);
  }

  @Test
  void shouldBrakeWhenMoreThanTheShareIsSilent() {
    var brake = new MassBrake(MassBrake.Settings.DEFAULT, 0);

    assertThat(brake.rule(3, 10, false, 0)).isEqualTo(Ruling.CONVICT);
    assertThat(brake.rule(2, 3, false, 0)).as("too few").isEqualTo(Ruling.CONVICT);
    assertThat(brake.rule(4, 10, false, 0)).isEqualTo(Ruling.HOLD);
    assertThat(brake.rule(2, 3, true, 0)).as("nobody answers").isEqualTo(Ruling.HOLD);
  }

  @Test
  void shouldLetGoAfterTheHoldAndHoldAgainOnceRested() {
    var brake = new MassBrake(MassBrake.Settings.DEFAULT, 0);
    brake.rule(10, 10, false, 0);

    assertThat(brake.rule(10, 10, false, 9 * S)).isEqualTo(Ruling.HOLD);
    assertThat(brake.rule(10, 10, false, 11 * S)).isEqualTo(Ruling.CONVICT);
    assertThat(brake.rule(0, 10, false, 12 * S)).isEqualTo(Ruling.CONVICT);
    brake.rule(10, 10, false, 13 * S);
    assertThat(brake.rule(10, 10, false, 14 * S)).as("not rested").isEqualTo(Ruling.CONVICT);
    brake.rule(0, 10, false, 15 * S);
    assertThat(brake.rule(10, 10, false, 80 * S)).isEqualTo(Ruling.HOLD);
  }

  @Test
  void shouldLingerWhenAMassDissolves() {
    var brake = new MassBrake(MassBrake.Settings.DEFAULT, 0);
    brake.rule(10, 10, false, 0);

    assertThat(brake.rule(1, 10, false, 5 * S)).isEqualTo(Ruling.HOLD);
    assertThat(brake.rule(1, 10, false, 7 * S)).isEqualTo(Ruling.CONVICT);
  }

  @Test
  void shouldDoubleWhatItTakesToRise() {
    var rising = new Rising(3, Duration.ofMinutes(5));

    assertThat(rising.wanted(0)).isEqualTo(3);
    assertThat(rising.wanted(1)).isEqualTo(3);
    assertThat(rising.wanted(3)).isEqualTo(12);
    assertThat(rising.wanted(100)).isEqualTo(96);
  }

  @Test
  void shouldCountTheFallsThatAreRecent() {
    var falls = new Falls();
    assertThat(falls.within(S, 0)).isZero();
    for (int i = 0; i < 20; i++) {
      falls.add(i * S);
    }

    assertThat(falls.within(3 * S, 20 * S)).isEqualTo(3);
    assertThat(falls.within(100 * S, 20 * S)).as("eight are remembered").isEqualTo(8);
    assertThat(falls.ages(20 * S))
        .as("the last one first")
        .hasSize(8)
        .startsWith(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  void shouldAskASuspectAtLeastOnceASecond() {
    assertThat(Pace.every(Duration.ofHours(1)).nanos(Pace.Mood.SUSPICIOUS)).isEqualTo(S);
    assertThat(Pace.every(Duration.ofSeconds(1)).nanos(Pace.Mood.SUSPICIOUS)).isEqualTo(250 * MS);
  }

  @Test
  void shouldAskANewTargetWithinItsInitialInterval() {
    var pace =
        new Pace(
            Duration.ofHours(1),
            Duration.ofHours(1),
            Duration.ofSeconds(1),
            5,
            Duration.ofMillis(500),
            Duration.ZERO);

    assertThat(pace.first(0, Verdict.UNKNOWN, new Random(1))).isBetween(0L, S);
    assertThat(pace.first(0, Verdict.HEALTHY, new Random(1))).isGreaterThan(S);
  }

  @Test
  void shouldLeaveOutWhatShouldHaveBeenAskedInThePast() {
    var pace = Pace.every(Duration.ofSeconds(1));

    assertThat(pace.next(0, Pace.Mood.CALM, 60 * S, new Random(1))).isEqualTo(60 * S);
  }

  @Test
  void shouldDoAsAHealthCheckSays() {
    var check =
        new HealthCheck(HealthCheck.Type.HTTP, "/", Duration.ofSeconds(1), Duration.ofMillis(500));

    assertThat(WatchSettings.of(check)).isEqualTo(Times.every(Duration.ofSeconds(1)));
    var counted =
        new HealthCheck(
            HealthCheck.Type.HTTP,
            check.question(),
            check.connection(),
            ProbePace.of(Duration.ofSeconds(2), Duration.ofSeconds(1)),
            new Judgement(4, 5, Judgement.Rule.COUNT, Judgement.Accrual.DEFAULT));
    assertThat(WatchSettings.of(counted).detection()).isEqualTo(new Detection.Count(5));
    assertThat(WatchSettings.of(counted).rising().rise()).isEqualTo(4);
    assertThat(WatchSettings.of(counted).pace().timeout()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void shouldRefuseWhatIsOutOfRange() {
    assertThatThrownBy(() -> Pace.every(Duration.ofMillis(99)))
        .hasMessage("interval must be 100 to 3600000 ms, not 99 ms");
    assertThatThrownBy(() -> new MassBrake.Settings(0, 3, Duration.ZERO))
        .hasMessageContaining("share must be 1 to 100");
    assertThatThrownBy(() -> new Rising(0, Duration.ZERO)).hasMessageContaining("1 to 100");
  }
}
