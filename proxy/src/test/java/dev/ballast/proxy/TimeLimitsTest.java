package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.balancing.FirstByteEstimate;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Pool;
import dev.ballast.model.Timeouts;
import java.time.Duration;
import java.util.Optional;
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

  @Test
  void shouldLookAgainAndAgainWhereAnotherTryMayFollow() {
    times.begin(ExchangePolicy.of(pool(Patience.LONG)), BodyFraming.NONE, 0, 0);
    times.sent(0);

    assertThat(times.lookNanos(false, false, 0)).isEqualTo(millis(20_000));
    assertThat(times.lookNanos(true, false, 0)).isEqualTo(millis(1_000));
    assertThat(times.lookNanos(true, false, millis(1_000))).isEqualTo(millis(1_250));
    assertThat(times.lookNanos(true, true, millis(1_000))).isEqualTo(millis(1_050));
    assertThat(times.lookNanos(true, false, millis(19_000))).isEqualTo(millis(20_000));
    assertThat(times.isTryOver(FirstByteEstimate.UNKNOWN, millis(19_999))).isFalse();
    assertThat(times.isTryOver(FirstByteEstimate.UNKNOWN, millis(20_000))).isTrue();
  }

  @Test
  void shouldNotLookBeyondTheWhole() {
    times.begin(ExchangePolicy.of(pool(Patience.overall(500))), BodyFraming.NONE, 0, 0);
    times.sent(0);

    assertThat(times.lookNanos(true, false, 0)).isEqualTo(millis(500));
  }

  @Test
  void shouldGiveATryThreeTimesWhatIsUsual() {
    times.begin(ExchangePolicy.of(pool(Patience.LONG)), BodyFraming.NONE, 0, 0);
    times.sent(0);
    for (int i = 0; i < ENOUGH; i++) {
      estimate.record(millis(1_000), 0);
    }

    assertThat(times.isTryOver(estimate.p99Nanos(), millis(2_999))).isFalse();
    assertThat(times.isTryOver(estimate.p99Nanos(), millis(3_400))).isTrue();
  }

  private static Pool pool(Timeouts timeouts) {
    return new Pool("web", new Algorithm.RoundRobin(), Optional.empty(), timeouts, 50);
  }
}
