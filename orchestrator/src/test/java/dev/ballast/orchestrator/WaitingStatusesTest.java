package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.configdb.Observation;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WaitingStatusesTest {
  private final WaitingStatuses waiting = new WaitingStatuses();

  private static long ms(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  private static Observation observation(String backend, Verdict verdict) {
    return new Observation(
        new BackendStatus("web", backend, verdict, "", 0, Instant.EPOCH), new Fence("share", 1));
  }

  @Test
  void shouldWaitForOneBatchBeforeTheNext() {
    assertThat(waiting.left(0)).isEqualTo(Long.MAX_VALUE);
    waiting.offer(observation("a", Verdict.HEALTHY));
    assertThat(waiting.left(0)).isZero();
    assertThat(waiting.take(0)).containsExactly(observation("a", Verdict.HEALTHY));
    waiting.offer(observation("b", Verdict.HEALTHY));
    assertThat(waiting.left(0)).as("while one is under way").isEqualTo(Long.MAX_VALUE);
    assertThat(waiting.size()).isEqualTo(2);
    waiting.written(0);
    assertThat(waiting.left(0)).as("after one batch upon another").isEqualTo(ms(10));
  }

  @Test
  void shouldTryAgainEverMoreRarelyAndKeepTheLatest() {
    waiting.offer(observation("a", Verdict.UNHEALTHY));
    waiting.offer(observation("b", Verdict.UNHEALTHY));
    long now = 0;
    for (long wait = 100; wait < 2_000; wait *= 2) {
      waiting.take(now);
      waiting.failed(now);
      assertThat(waiting.left(now)).isEqualTo(ms(wait));
      now += ms(wait);
    }
    waiting.take(now);
    waiting.offer(observation("b", Verdict.HEALTHY));
    waiting.failed(now);
    assertThat(waiting.left(now)).isEqualTo(ms(2_000));
    assertThat(waiting.take(now))
        .containsExactlyInAnyOrder(
            observation("a", Verdict.UNHEALTHY), observation("b", Verdict.HEALTHY));
    waiting.written(now);
    assertThat(waiting.hasFailed()).isFalse();
    assertThat(waiting.size()).isZero();
  }
}
