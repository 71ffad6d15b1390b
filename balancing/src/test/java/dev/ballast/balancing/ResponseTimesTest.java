package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseTimesTest {
  private static final long MILLI = 1_000_000;
  private static final long DECAY = 10_000 * MILLI;

  private final PeakEwma measured = new PeakEwma();
  private final ResponseTimes times = new ResponseTimes(2, DECAY);

  @Test
  void shouldTellWhatWasNotSetFromWhatIsNotKnown() {
    assertThat(times.score(1)).isEqualTo(ResponseTimes.UNSET);
    times.set(1, measured);
    assertThat(times.score(1)).isNotEqualTo(ResponseTimes.UNSET);
    assertThat(times.nanos(times.score(1), 5 * MILLI)).isZero();
  }

  /** Up to five years after the clock's zero, and as long before. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1L << 40, 1L << 57, -(1L << 57)})
  void shouldSayWhatWasMeasured(long start) {
    var random = new Random(7);
    for (int i = 0; i < 1_000; i++) {
      var one = new PeakEwma();
      one.record(1 + random.nextLong(3_600_000 * MILLI), start, DECAY);
      times.set(0, one);
      for (long age = 0; age < 8 * DECAY; age += DECAY / 3) {
        long expected = one.nanos(start + age, DECAY);
        assertThat(times.nanos(times.score(0), start + age))
            .isCloseTo(expected, within(1 + expected / 10_000));
      }
    }
  }

  @Test
  void shouldFadeNearlyAsAnExponential() {
    measured.record(900 * MILLI, 0, DECAY);
    times.set(0, measured);
    for (int tenths = 0; tenths < 100; tenths++) {
      long exact = Math.round(900 * MILLI * Math.exp(-tenths / 10.0));
      assertThat(times.nanos(times.score(0), tenths * DECAY / 10))
          .isCloseTo(exact, Percentage.withPercentage(6.2));
    }
    assertThat(times.nanos(times.score(0), 1_000_000 * DECAY)).isZero();
  }

  @Test
  void shouldOrderScoresByWhatIsLeft() {
    var random = new Random(3);
    long now = 100 * DECAY;
    for (int i = 0; i < 1_000; i++) {
      var one = new PeakEwma();
      var other = new PeakEwma();
      one.record(1 + random.nextLong(1_000 * MILLI), now - random.nextLong(3 * DECAY), DECAY);
      other.record(1 + random.nextLong(1_000 * MILLI), now - random.nextLong(3 * DECAY), DECAY);
      long score = times.scoreOf(one);
      long others = times.scoreOf(other);
      assertThat(times.nanos(score, now) < times.nanos(others, now)).isEqualTo(score < others);
    }
  }

  @Test
  void shouldTakeAClockThatHasTurnedOverForKnowingNothing() {
    measured.record(900 * MILLI, Long.MAX_VALUE, DECAY);
    times.set(0, measured);
    assertThat(times.nanos(times.score(0), Long.MIN_VALUE)).isZero();
  }
}
