package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PeakEwmaTest {
  private static final long MILLI = 1_000_000;
  private static final long DECAY = 10_000 * MILLI;
  private static final long START = Long.MAX_VALUE - 5 * DECAY; // the clock may turn over

  private final PeakEwma ewma = new PeakEwma();

  private static long after(long decays) {
    return START + decays * DECAY;
  }

  @Test
  void shouldKnowNothingAtFirst() {
    assertThat(ewma.nanos(START, DECAY)).isZero();
  }

  @Test
  void shouldTakeALongerTimeAtOnceAndWhole() {
    ewma.record(2 * MILLI, START, DECAY);
    ewma.record(900 * MILLI, START + MILLI, DECAY);
    assertThat(ewma.nanos(START + MILLI, DECAY)).isEqualTo(900 * MILLI);
  }

  @Test
  void shouldTakeShorterTimesTheMoreTheLongerTheyGoOn() {
    ewma.record(900 * MILLI, START, DECAY);
    ewma.record(MILLI, START + MILLI, DECAY);
    assertThat(ewma.nanos(START + MILLI, DECAY)).isGreaterThan(899 * MILLI);

    for (long at = 2; at <= 10_000; at++) {
      ewma.record(MILLI, START + at * MILLI, DECAY);
    }
    // After one decay a part of 1/e of the peak is left.
    assertThat(ewma.nanos(after(1), DECAY)).isCloseTo(331 * MILLI, within(4 * MILLI));

    for (long at = 10_001; at <= 100_000; at++) {
      ewma.record(MILLI, START + at * MILLI, DECAY);
    }
    assertThat(ewma.nanos(after(10), DECAY)).isCloseTo(MILLI, within(MILLI / 10));
  }

  @Test
  void shouldFadeWhenNothingIsHeard() {
    ewma.record(900 * MILLI, START, DECAY);
    long before = 900 * MILLI;
    for (int decays = 1; decays <= 20; decays++) {
      long now = ewma.nanos(after(decays), DECAY);
      assertThat(now).isLessThan(before);
      before = now;
    }
    assertThat(before).isLessThan(MILLI);
  }

  @Test
  void shouldNotTakeWhatIsKnownToBeTooShort() {
    ewma.record(50 * MILLI, START, DECAY);
    ewma.recordAtLeast(10 * MILLI, START, DECAY);
    assertThat(ewma.nanos(START, DECAY)).isEqualTo(50 * MILLI);
    ewma.recordAtLeast(70 * MILLI, START, DECAY);
    assertThat(ewma.nanos(START, DECAY)).isEqualTo(70 * MILLI);
  }
}
