package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BatchPaceTest {
  private final BatchPace pace = new BatchPace();

  private static long ms(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  @Test
  void shouldLetTheFirstGoAtOnce() {
    assertThat(pace.left(ms(5))).isZero();
  }

  @Test
  void shouldSlowDownWhileBatchFollowsUponBatch() {
    long now = 0;
    int batches = 0;
    while (now < ms(2_000)) {
      long began = now + pace.left(now);
      now = began + ms(5);
      pace.wrote(began, now);
      batches++;
    }
    assertThat(batches).as("in two seconds without a rest").isBetween(10, 16);
    assertThat(pace.left(now)).isEqualTo(ms(200));
  }

  @Test
  void shouldSlowDownWhereABatchTakesLongerThanThePause() {
    long now = 0;
    for (long pause = 10; pause <= 160; pause *= 2) {
      long began = now + pace.left(now);
      now = began + ms(500);
      pace.wrote(began, now);
      assertThat(pace.left(now)).isEqualTo(ms(pause));
    }
  }

  @Test
  void shouldForgetItAfterARest() {
    long now = 0;
    for (int i = 0; i < 10; i++) {
      now += pace.left(now);
      pace.wrote(now, now);
    }
    now += ms(1_000);
    assertThat(pace.left(now)).isZero();
    pace.wrote(now, now);
    assertThat(pace.left(now)).isEqualTo(ms(10));
  }
}
