package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract over five real Redis nodes, as far as Redlock goes. */
class RedlockEngineTest extends LeaseContract {
  private static RedlockCluster cluster;

  @BeforeAll
  static void startNodes() {
    cluster = RedlockCluster.start(5);
  }

  @AfterAll
  static void stopNodes() {
    cluster.close();
  }

  @Override
  boolean isFair() {
    return false;
  }

  @Override
  LockEngine connect() {
    return cluster.connect();
  }

  @Override
  Duration longTtl() {
    return RedlockCluster.MAX_TTL;
  }

  @Test
  void shouldRefuseWhatItCanNotKeep() {
    var lease = open(longTtl());
    assertThatThrownBy(() -> claim(lease, "a", Mode.permits(1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Redlock has no semaphores");
    assertThatThrownBy(() -> engine.open(lease, "me", longTtl().plusMillis(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("max-ttl");
    assertThat(engine.list(prefix)).isEmpty();
  }

  @Test
  void shouldWarnOfNodesThatForgetTokens() {
    assertThat(engine.facts().warnings())
        .hasSize(5)
        .allMatch(warning -> warning.contains("appendonly is off"));
  }

  @Test
  void shouldTakeAnOddNumberOfDifferentNodes() {
    for (var hosts : List.of("a", "a,b", "a,b,c,d", "a,b,a")) {
      assertThatThrownBy(
              () -> RedlockEngine.connect("redlock://" + hosts, System::nanoTime, new Random(1)))
          .as(hosts)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("an odd number of different nodes");
    }
  }
}
