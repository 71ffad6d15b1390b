package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.balancing.FirstByteEstimate;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a pool learns of how long its answers take to begin. */
class TimeLimitsTest {
  private static final int ENOUGH = 128;

  private final TimeLimits times = new TimeLimits(Limits.defaults());
  private final FirstByteEstimate estimate = new FirstByteEstimate(0);

  private static long millis(long count) {
    return Duration.ofMillis(count).toNanos();
  }

  private void begin() {
    times.begin(ExchangePolicy.NONE, BodyFraming.NONE, 0, 0);
  }

  @Test
  void shouldCountTheFirstByteOfAnswersThatBeginWithAnInterimOneOnce() {
    for (int i = 0; i < ENOUGH; i++) {
      begin();
      times.sent(0);
      times.recordFirstByte(estimate, millis(2));
      times.recordFirstByte(estimate, millis(9_000));
    }
    assertThat(estimate.p99Nanos()).isBetween(millis(2), millis(3));
  }

  @Test
  void shouldCountEachTryOfARequestThatIsSentAgain() {
    for (int i = 0; i < ENOUGH; i++) {
      begin();
      times.sent(0);
      times.recordFirstByte(estimate, millis(5));
      times.sent(millis(5));
      times.recordFirstByte(estimate, millis(3_005));
    }
    assertThat(estimate.p99Nanos()).isBetween(millis(3_000), millis(3_500));
  }

  @Test
  void shouldNotCountAnAnswerToARequestThatWasNotSentWhole() {
    for (int i = 0; i < ENOUGH; i++) {
      begin();
      times.recordFirstByte(estimate, millis(2));
    }
    assertThat(estimate.p99Nanos()).isEqualTo(FirstByteEstimate.UNKNOWN);
  }
}
