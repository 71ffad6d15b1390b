package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatheringTest {
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final List<List<Integer>> batches = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    thread.shutdownNow();
  }

  private void awaitAll(int number) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> batches.stream().mapToInt(List::size).sum() == number);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldMakeOneBatchOfWhatComesWhileTheThreadIsBusy() {
    var over = new CountDownLatch(1);
    thread.execute(() -> awaitUninterrupted(over));
    var gathering = new Gathering<Integer>(thread, System::nanoTime, batches::add);
    for (int i = 0; i < 5_000; i++) {
      gathering.add("web/b" + i, i);
    }
    over.countDown();
    awaitAll(5_000);
    assertThat(batches).hasSize(1);
    gathering.add("web/b1", 1);
    awaitAll(5_001);
    assertThat(batches.getLast()).containsExactly(1);
  }

  @Test
  void shouldHandOnTheLastOfEachKeyInTheOrderOfComing() {
    var over = new CountDownLatch(1);
    thread.execute(() -> awaitUninterrupted(over));
    var gathering = new Gathering<Integer>(thread, System::nanoTime, batches::add);
    gathering.add("a", 1);
    gathering.add("b", 2);
    gathering.add("a", 3);
    over.countDown();
    awaitAll(2);
    assertThat(batches).containsExactly(List.of(2, 3));
  }

  @Test
  void shouldGoOnAfterABatchThatFailed() {
    var gathering =
        new Gathering<Integer>(
            thread,
            System::nanoTime,
            batch -> {
              batches.add(batch);
              if (batch.contains(1)) {
                throw new IllegalStateException("the first is refused");
              }
            });
    gathering.add("a", 1);
    awaitAll(1);
    gathering.add("b", 2);
    awaitAll(2);
  }

  @Test
  void shouldHoldNothingOnceItsThreadHasEnded() {
    var gathering = new Gathering<Integer>(thread, System::nanoTime, batches::add);
    thread.shutdownNow();
    gathering.add("a", 1);
    gathering.add("b", 2);
    assertThat(batches).isEmpty();
  }
}
