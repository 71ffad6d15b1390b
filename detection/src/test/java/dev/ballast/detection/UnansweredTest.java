package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnansweredTest {
  private final Unanswered unanswered = new Unanswered();

  @Test
  void shouldAnswerTheDelayAfterTheSchedule() {
    unanswered.add(1, 100);

    assertThat(unanswered.answered(1, 130)).isEqualTo(30);
    assertThat(unanswered.isEmpty()).isTrue();
  }

  @Test
  void shouldForgetWhatWasSentBeforeWhatIsAnswered() {
    unanswered.add(1, 100);
    unanswered.add(2, 200);
    unanswered.add(3, 300);

    assertThat(unanswered.answered(2, 210)).isEqualTo(10);
    assertThat(unanswered.count()).isEqualTo(1);
    assertThat(unanswered.scheduledAt(0)).isEqualTo(300);
  }

  @Test
  void shouldTakeNoSampleFromALateAnswerOfWhatIsForgotten() {
    unanswered.add(1, 100);
    unanswered.add(2, 200);
    unanswered.answered(2, 210);

    assertThat(unanswered.answered(1, 220)).isEqualTo(-1);
  }

  @Test
  void shouldKeepTheSilenceOfOthersWhenOneProbeIsForgotten() {
    unanswered.add(1, 100);
    unanswered.add(2, 200);
    unanswered.forget(2);
    unanswered.forget(7);

    assertThat(unanswered.count()).isEqualTo(1);
    assertThat(unanswered.scheduledAt(0)).isEqualTo(100);
  }

  @Test
  void shouldKeepTheFirstThreeOfManyAndCountAll() {
    for (int probe = 1; probe <= 40; probe++) {
      unanswered.add(probe, 100L * probe);
    }

    assertThat(unanswered.count()).isEqualTo(40);
    assertThat(unanswered.scheduledAt(0)).isEqualTo(100);
    assertThat(unanswered.scheduledAt(2)).isEqualTo(300);
    assertThat(unanswered.answered(40, 4_001)).isEqualTo(1);
    assertThat(unanswered.count()).isZero();
  }

  @Test
  void shouldDiscountWhatTheObserverSleptThroughOnly() {
    unanswered.add(1, 100);
    unanswered.add(2, 200);
    unanswered.add(3, 600);
    unanswered.discount(150, 500);

    assertThat(unanswered.scheduledAt(0)).as("out before the pause").isEqualTo(450);
    assertThat(unanswered.scheduledAt(1)).as("scheduled within it").isEqualTo(500);
    assertThat(unanswered.scheduledAt(2)).as("scheduled after it").isEqualTo(600);
    assertThat(unanswered.answered(1, 510)).as("no sample").isEqualTo(-1);
    assertThat(unanswered.answered(2, 510)).as("no sample either").isEqualTo(-1);
    assertThat(unanswered.answered(3, 620)).isEqualTo(20);
  }

  @Test
  void shouldMoveTheMarksOfDiscountedProbesWithThem() {
    for (int probe = 1; probe <= 8; probe++) {
      unanswered.add(probe, probe);
    }
    unanswered.discount(5, 8);
    unanswered.forget(2);
    unanswered.add(9, 9);

    assertThat(unanswered.answered(7, 20)).isEqualTo(-1);
    assertThat(unanswered.answered(9, 20)).isEqualTo(11);
  }
}
