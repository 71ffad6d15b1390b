package dev.ballast.detection;

import static dev.ballast.detection.Times.GOOD;
import static dev.ballast.detection.Times.MS;
import static dev.ballast.detection.Times.NOT_ASKED;
import static dev.ballast.detection.Times.REFUSED;
import static dev.ballast.detection.Times.S;
import static dev.ballast.detection.Times.SILENT;
import static dev.ballast.detection.Times.WRONG;
import static dev.ballast.detection.Times.failed;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AccrualTest {
  private final Accrual accrual = new Accrual(AccrualSettings.DEFAULT, false);
  private long probes;

  /** Twenty answers after 20 ms; the last probe is scheduled at 19 s. */
  private void warmUp() {
    for (int i = 0; i < 20; i++) {
      accrual.sent(++probes, i * S);
      accrual.ended(probes, GOOD, i * S + 20 * MS);
    }
  }

  private void silence(long... scheduled) {
    for (long at : scheduled) {
      accrual.sent(++probes, at);
    }
  }

  @Test
  void shouldSuspectAtTheFirstOverdueAnswer() {
    warmUp();
    silence(20 * S);

    assertThat(accrual.isSuspect(20 * S + 80 * MS)).isFalse();
    assertThat(accrual.isSuspect(20 * S + 90 * MS)).isTrue();
  }

  @Test
  void shouldConvictWhenThresholdAndPauseHavePassed() {
    warmUp();
    silence(20 * S, 20 * S + 300 * MS, 20 * S + 600 * MS);

    assertThat(accrual.judge(21 * S + 290 * MS)).isEqualTo(new Opinion.Undecided());
    assertThat(accrual.judge(21 * S + 310 * MS))
        .isInstanceOfSatisfying(
            Opinion.Dead.class,
            dead -> {
              assertThat(dead.isSilence()).isTrue();
              assertThat(dead.phi()).isGreaterThan(8);
              assertThat(dead.reason()).contains("no answer for 1.31 s", "3 probes unanswered");
            });
  }

  @Test
  void shouldNotConvictOnFewerThanThreeUnansweredProbes() {
    warmUp();
    silence(20 * S, 21 * S);

    assertThat(accrual.convictAt()).isEqualTo(Long.MAX_VALUE);
    silence(22 * S);
    assertThat(accrual.convictAt()).isGreaterThan(22 * S + 50 * MS);
  }

  @Test
  void shouldConvictAtTheCapWhateverPhiSays() {
    for (int i = 0; i < 20; i++) {
      accrual.sent(++probes, i * S);
      accrual.ended(probes, GOOD, i * S + (i % 2 == 0 ? 1 : 40) * S);
    }
    silence(100 * S, 101 * S, 102 * S);

    assertThat(accrual.convictAt()).isEqualTo(110 * S);
  }

  @Test
  void shouldCalmDownAfterALateAnswer() {
    warmUp();
    silence(20 * S, 20 * S + 300 * MS);
    accrual.ended(probes - 1, GOOD, 20 * S + 310 * MS);

    assertThat(accrual.isSuspect(20 * S + 310 * MS)).isFalse();
    assertThat(accrual.samples()).isEqualTo(21);
  }

  @Test
  void shouldConvictAtOnceWhenRefused() {
    silence(0);

    assertThat(accrual.ended(1, REFUSED, MS))
        .isInstanceOfSatisfying(Opinion.Dead.class, dead -> assertThat(dead.isSilence()).isFalse());
  }

  @Test
  void shouldWantAProofOfAWrongAnswerOnce() {
    silence(0);
    assertThat(accrual.ended(1, WRONG, MS)).isEqualTo(new Opinion.Undecided());
    assertThat(accrual.wantsProof()).isTrue();

    silence(MS);
    assertThat(accrual.wantsProof()).as("it is under way").isFalse();
    assertThat(accrual.ended(2, WRONG, 2 * MS))
        .isInstanceOfSatisfying(
            Opinion.Dead.class,
            dead -> assertThat(dead.reason()).isEqualTo("status 503, twice in a row"));
  }

  @Test
  void shouldNotTakeAnEarlierProbeForTheProof() {
    silence(0, MS);
    accrual.ended(1, WRONG, 2 * MS);

    assertThat(accrual.ended(2, WRONG, 3 * MS)).isEqualTo(new Opinion.Undecided());
  }

  @Test
  void shouldDropTheDoubtWhenALaterProbeIsAnsweredWell() {
    silence(0);
    accrual.ended(1, WRONG, MS);
    silence(MS);
    accrual.ended(2, GOOD, 2 * MS);

    assertThat(accrual.isSuspect(2 * MS)).isFalse();
    silence(S);
    assertThat(accrual.ended(3, WRONG, S + MS)).isEqualTo(new Opinion.Undecided());
  }

  @Test
  void shouldTakeSilenceForNoProof() {
    silence(0);
    accrual.ended(1, failed(Outcome.Kind.BROKEN, "reset"), MS);
    silence(MS);

    assertThat(accrual.ended(2, SILENT, 500 * MS)).isEqualTo(new Opinion.Undecided());
    assertThat(accrual.isSuspect(500 * MS)).isTrue();
  }

  @Test
  void shouldLearnNothingFromAProbeThatWasNotAsked() {
    warmUp();
    silence(20 * S, 20 * S + 300 * MS);
    accrual.ended(probes, NOT_ASKED, 20 * S + 301 * MS);

    assertThat(accrual.isSuspect(20 * S + 301 * MS)).as("the first is still out").isTrue();
    assertThat(accrual.silentSince()).isEqualTo(20 * S);
  }

  @Test
  void shouldNotConvictOnSilenceWhileSomebodyElseHearsTheTarget() {
    warmUp();
    silence(20 * S, 20 * S + 300 * MS, 20 * S + 600 * MS);
    accrual.vouched(21 * S);

    assertThat(accrual.judge(21 * S + 900 * MS)).isEqualTo(new Opinion.Undecided());
    assertThat(accrual.isDisputed(21 * S + 900 * MS)).isTrue();
    assertThat(accrual.judge(22 * S)).isInstanceOf(Opinion.Dead.class);
    assertThat(accrual.isDisputed(22 * S)).isFalse();
  }

  @Test
  void shouldConvictWhomALbServerEjectedAfterOneFailure() {
    warmUp();
    accrual.accused();
    assertThat(accrual.wantsProof()).isTrue();
    silence(20 * S);

    assertThat(accrual.ended(probes, WRONG, 20 * S + MS))
        .isInstanceOfSatisfying(
            Opinion.Dead.class,
            dead -> assertThat(dead.reason()).contains("after an ejection by an LB server"));
  }

  @Test
  void shouldKeepAVerdictOnRecordUntilItHasEnoughOfItsOwn() {
    var successor = new Accrual(AccrualSettings.DEFAULT, true);
    for (int probe = 1; probe <= 9; probe++) {
      successor.sent(probe, probe * 250L * MS);
    }
    assertThat(successor.judge(60 * S)).isEqualTo(new Opinion.Undecided());

    successor.sent(10, 10 * 250L * MS);
    assertThat(successor.judge(60 * S)).isInstanceOf(Opinion.Dead.class);
    assertThat(new Accrual(AccrualSettings.DEFAULT, true).ended(1, REFUSED, MS))
        .as("proof counts at once")
        .isInstanceOf(Opinion.Dead.class);
  }

  @Test
  void shouldConvictATargetThatNeverAnswered() {
    silence(0, 300 * MS, 600 * MS);

    assertThat(accrual.judge(1_400 * MS)).isInstanceOf(Opinion.Dead.class);
  }

  @Test
  void shouldWaitForAnswersThatCameWhileItWasAway() {
    warmUp();
    silence(20 * S, 20 * S + 300 * MS, 20 * S + 600 * MS);
    accrual.discount(21 * S, 31 * S);

    assertThat(accrual.convictAt()).isGreaterThanOrEqualTo(31 * S + 80 * MS);
    accrual.ended(probes, GOOD, 31 * S + MS);
    assertThat(accrual.samples()).as("no sample was made of it").isEqualTo(20);
  }
}
