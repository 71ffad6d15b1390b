package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.configdb.Observation;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Thousands of backends fail together, and are found dead one by one, as their probes are spread over an interval. */
class StatusBurstTest {
  private static final Logger LOG = LoggerFactory.getLogger(StatusBurstTest.class);
  private static final int FAILING = 5_000;

  /** An interval of one second with its jitter. */
  private static final long SPREAD = Duration.ofMillis(1_050).toNanos();

  /** What a transaction takes: 0.5 s with 5,000 statuses. */
  private static final long OVERHEAD = Duration.ofMillis(20).toNanos();

  private static final long EACH = Duration.ofNanos(100_000).toNanos();

  private final WaitingStatuses waiting = new WaitingStatuses();
  private final List<Integer> batches = new ArrayList<>();
  private long now;
  private int offered;

  private static Observation observation(int backend) {
    return new Observation(
        new BackendStatus("web", "b" + backend, Verdict.UNHEALTHY, "", 0, Instant.EPOCH),
        new Fence("share", 1));
  }

  private static long foundDeadAt(int backend) {
    return backend * SPREAD / FAILING;
  }

  private void goOnTo(long time) {
    now = time;
    while (offered < FAILING && foundDeadAt(offered) <= now) {
      waiting.offer(observation(offered++));
    }
  }

  @Test
  void shouldBecomeAFewTransactions() {
    goOnTo(0);
    while (waiting.size() > 0 || offered < FAILING) {
      long left = waiting.left(now);
      if (left == Long.MAX_VALUE) {
        goOnTo(foundDeadAt(offered));
      } else {
        goOnTo(now + left);
        int size = waiting.take(now).size();
        goOnTo(now + OVERHEAD + size * EACH);
        waiting.written(now);
        batches.add(size);
      }
    }
    LOG.info("{} statuses in {} ms: batches of {}", FAILING, now / 1_000_000, batches);
    assertThat(batches.stream().mapToInt(Integer::intValue).sum()).isEqualTo(FAILING);
    assertThat(batches).hasSizeLessThanOrEqualTo(12);
    assertThat(Duration.ofNanos(now)).isLessThan(Duration.ofMillis(1_700));
  }
}
