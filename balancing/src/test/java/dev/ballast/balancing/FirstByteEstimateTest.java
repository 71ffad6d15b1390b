package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FirstByteEstimateTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;
  private static final long MOST = 15 * SECOND;

  private final FirstByteEstimate estimate = new FirstByteEstimate(0);

  private void record(int count, long nanos, long nowNanos) {
    for (int i = 0; i < count; i++) {
      estimate.record(nanos, nowNanos);
    }
  }

  private long tryNanos(long mostNanos) {
    return FirstByteEstimate.tryNanos(estimate.p99Nanos(), mostNanos);
  }

  @Test
  void shouldAllowTheMostWhileLittleIsKnown() {
    record(64, 10 * MILLI, 0);

    assertThat(estimate.p99Nanos()).isEqualTo(FirstByteEstimate.UNKNOWN);
    assertThat(tryNanos(MOST)).isEqualTo(MOST);
  }

  @Test
  void shouldAllowASecondAtLeast() {
    record(500, 10 * MILLI, 0);

    assertThat(tryNanos(MOST)).isEqualTo(SECOND);
    assertThat(tryNanos(SECOND / 2)).as("never more than the pool").isEqualTo(SECOND / 2);
  }

  @Test
  void shouldAllowThreeTimesWhatNearlyAllTake() {
    record(980, 10 * MILLI, 0);
    record(44, 1_000 * MILLI, 0);

    assertThat(tryNanos(MOST)).isBetween(3 * SECOND, 3 * SECOND * 9 / 8);
  }

  @Test
  void shouldNotMindTheSlowestHundredth() {
    for (int i = 0; i < 2_000; i++) {
      estimate.record(i % 200 == 0 ? 9 * SECOND : 20 * MILLI, 0);
    }

    assertThat(estimate.p99Nanos()).isBetween(20 * MILLI, 23 * MILLI);
  }

  @Test
  void shouldLearnSoonThatAllHaveBecomeSlow() {
    record(1_024, 50 * MILLI, 0);
    assertThat(tryNanos(MOST)).isEqualTo(SECOND);

    record(32, SECOND, 0);

    assertThat(tryNanos(MOST)).isGreaterThan(3 * SECOND - 1);
  }

  @Test
  void shouldForgetWhatWasLongAgo() {
    record(1_024, 2 * SECOND, 0);
    assertThat(tryNanos(MOST)).isGreaterThan(5 * SECOND);

    for (long minute = 1; minute <= 10; minute++) {
      record(32, 50 * MILLI, minute * 60 * SECOND);
      record(32, 50 * MILLI, minute * 60 * SECOND + 1);
    }

    assertThat(estimate.p99Nanos()).isLessThan(60 * MILLI);
  }

  @Test
  void shouldComeWithinAnEighthOfTheTrueQuantile() {
    for (int seed = 1; seed <= 50; seed++) {
      var random = new Random(seed);
      var fresh = new FirstByteEstimate(0);
      long[] latencies = new long[2_048];
      double spread = 0.2 + random.nextDouble() * 2;
      for (int i = 0; i < latencies.length; i++) {
        latencies[i] = (long) (30 * MILLI * Math.exp(spread * random.nextGaussian()));
        fresh.record(latencies[i], 0);
      }
      Arrays.sort(latencies);
      long exact = latencies[latencies.length - 1 - latencies.length / 100];

      assertThat(fresh.p99Nanos())
          .as("seed %d", seed)
          .isBetween(exact, Math.max(exact * 9 / 8 + 1, 2 * MILLI));
    }
  }

  @Test
  void shouldTakeAnyNumber() {
    for (long odd : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE}) {
      record(200, odd, 0);
      assertThat(tryNanos(MOST)).isBetween(SECOND, MOST);
    }
  }
}
