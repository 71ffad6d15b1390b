package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LoopsTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(200);

  @Test
  void shouldDoItOnEachLoopBeforeItReturns() {
    try (var loose = LooseLoops.of(3)) {
      Set<Loop> done = ConcurrentHashMap.newKeySet();

      loose.loops().onEach(done::add, LONG);

      assertThat(done).containsExactlyInAnyOrderElementsOf(loose.loops().all());
    }
  }

  @Test
  @Timeout(20)
  void shouldWaitForNoLoopThatIsStuck() {
    var mayGoOn = new CountDownLatch(1);
    try (var loose = LooseLoops.of(2)) {
      loose.first().eventLoop().execute(() -> awaitQuietly(mayGoOn));
      Set<Loop> done = ConcurrentHashMap.newKeySet();

      loose.loops().onEach(done::add, SHORT);

      assertThat(done).containsExactly(loose.loops().all().getLast());
      mayGoOn.countDown();
    }
  }

  @Test
  @Timeout(20)
  void shouldStopThoughALoopIsStuck() {
    var mayGoOn = new CountDownLatch(1);
    var loose = LooseLoops.of(2);
    loose.first().eventLoop().execute(() -> awaitQuietly(mayGoOn));

    loose.loops().stop(SHORT);

    assertThat(loose.loops().all().getLast().eventLoop().isTerminated()).isTrue();
    mayGoOn.countDown();
    loose.close();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
