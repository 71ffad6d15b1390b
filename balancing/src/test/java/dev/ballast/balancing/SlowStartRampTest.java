package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.SlowStart;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlowStartRampTest {
  private static final Instant SINCE = Instant.parse("2026-03-01T12:00:00Z");

  @ParameterizedTest(name = "after {0} s: {1} %")
  @CsvSource({"-5, 10", "0, 10", "2, 10", "3, 19", "15, 55", "29, 91", "30, 100", "9999, 100"})
  void shouldGrowInSteps(long seconds, int percent) {
    var settings = new SlowStart(Duration.ofSeconds(30), 10);

    assertThat(SlowStartRamp.percent(settings, SINCE, SINCE.plusSeconds(seconds)))
        .isEqualTo(percent);
  }

  @Test
  void shouldGiveAllAtOnceWithoutAWindow() {
    assertThat(SlowStartRamp.percent(SlowStart.NONE, SINCE, SINCE)).isEqualTo(100);
    assertThat(SlowStartRamp.nextStep(SlowStart.NONE, SINCE, SINCE)).isEmpty();
  }

  @Test
  void shouldGiveAllToOneThatHasBeenThereForLong() {
    var settings = new SlowStart(Duration.ofSeconds(30), 10);

    assertThat(SlowStartRamp.percent(settings, null, SINCE)).isEqualTo(100);
    assertThat(SlowStartRamp.nextStep(settings, null, SINCE)).isEmpty();
  }

  @Test
  void shouldReachTheWholeInFewStepsEachOfWhichGrows() {
    var random = new Random(5);
    for (int round = 0; round < 200; round++) {
      var settings =
          new SlowStart(
              Duration.ofNanos(1 + random.nextLong(3_600_000_000_000L)), 1 + random.nextInt(99));
      Instant now = SINCE;
      int percent = SlowStartRamp.percent(settings, SINCE, now);
      assertThat(percent).isGreaterThanOrEqualTo(settings.minPercent());
      int steps = 0;
      while (percent < 100) {
        now = SlowStartRamp.nextStep(settings, SINCE, now).orElseThrow();
        int next = SlowStartRamp.percent(settings, SINCE, now);
        assertThat(next).as("%s at %s", settings, now).isGreaterThanOrEqualTo(percent);
        percent = next;
        steps++;
        assertThat(steps).isLessThanOrEqualTo(SlowStartRamp.STEPS);
      }
      assertThat(now)
          .isBeforeOrEqualTo(SINCE.plus(settings.window()).plusNanos(SlowStartRamp.STEPS));
    }
  }
}
