package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which bytes of a stream show that the backend lives. */
class SignOfLifeTest {
  private final SignOfLife life = new SignOfLife();

  private boolean isOne(boolean isStopped, long nowNanos) {
    life.came();
    return life.isOne(isStopped, nowNanos);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 7, -7, Long.MAX_VALUE, Long.MIN_VALUE})
  void shouldTakeBytesForOneThatComeWhileReadingGoesOn(long nowNanos) {
    assertThat(isOne(false, nowNanos)).isTrue();
    assertThat(isOne(false, nowNanos + 1)).isTrue();
  }

  @Test
  void shouldNotTakeATurnWithoutBytesForOne() {
    assertThat(life.isOne(false, 0)).isFalse();
    assertThat(isOne(false, 1)).isTrue();
    assertThat(life.isOne(false, 2)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - 5})
  void shouldNotTakeBytesForOneThatMayHaveWaited(long nowNanos) {
    assertThat(isOne(true, nowNanos)).isFalse();
    long goesOnNanos = nowNanos + 50 * SignOfLife.WAIT_NANOS;

    assertThat(isOne(false, goesOnNanos)).isFalse();
    assertThat(isOne(false, goesOnNanos + SignOfLife.WAIT_NANOS - 1)).isFalse();
    assertThat(isOne(false, goesOnNanos + SignOfLife.WAIT_NANOS)).isTrue();
    assertThat(isOne(false, goesOnNanos + SignOfLife.WAIT_NANOS + 1)).isTrue();
  }

  @Test
  void shouldWaitAnewAfterEachStop() {
    assertThat(isOne(true, 0)).isFalse();
    assertThat(isOne(false, 1)).isFalse();
    assertThat(isOne(true, SignOfLife.WAIT_NANOS - 1)).isFalse();
    assertThat(isOne(false, SignOfLife.WAIT_NANOS + 1)).isFalse();
    assertThat(isOne(false, 2 * SignOfLife.WAIT_NANOS + 1)).isTrue();
  }
}
