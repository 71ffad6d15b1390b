package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.configdb.Applied;
import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.configdb.DatabaseUnavailable;
import dev.ballast.configdb.Observation;
import dev.ballast.configdb.Observed;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Plan;
import dev.ballast.model.Revision;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatusWriterTest {
  private static final Plan NOTHING = new Plan(List.of(), List.of(), List.of(), List.of());
  private static final Revision REVISION = new Revision("00000000", 9);

  private final List<List<Observation>> transactions = new CopyOnWriteArrayList<>();
  private final List<Observation> settled = new CopyOnWriteArrayList<>();
  private final Semaphore turns = new Semaphore(0);
  private final AtomicInteger failures = new AtomicInteger();
  private final StatusWriter writer =
      new StatusWriter(this::write, (written, _) -> settled.addAll(written), System::nanoTime);

  private Observed write(List<Observation> observations) {
    turns.acquireUninterruptibly();
    if (failures.getAndDecrement() > 0) {
      throw new DatabaseUnavailable("the database is away", new IllegalStateException());
    }
    transactions.add(observations);
    return new Observed(new Applied(REVISION, NOTHING), 1, 0);
  }

  @AfterEach
  void close() {
    turns.release(1_000);
    writer.close();
  }

  private static Observation observation(String backend, Verdict verdict) {
    return new Observation(
        new BackendStatus("web", backend, verdict, "", 0, Instant.EPOCH), new Fence("share", 1));
  }

  @Test
  void shouldWriteWhatCameWhileItWroteInOneTransaction() throws InterruptedException {
    writer.offer(observation("first", Verdict.HEALTHY));
    await().until(turns::hasQueuedThreads);
    for (int i = 0; i < 3_000; i++) {
      writer.offer(observation("b" + i, Verdict.UNHEALTHY));
    }
    turns.release(2);
    assertThat(writer.awaitIdle(Duration.ofSeconds(10))).isTrue();
    assertThat(transactions).extracting(List::size).containsExactly(1, 3_000);
    assertThat(settled).hasSize(3_001);
    assertThat(writer.counters()).isEqualTo(new WriteCounters(2, 3_001, 2, 0, 0, 0, ""));
  }

  @Test
  void shouldWriteTheLatestOfEachSubjectAlone() throws InterruptedException {
    writer.offer(observation("first", Verdict.HEALTHY));
    await().until(turns::hasQueuedThreads);
    writer.offer(observation("b", Verdict.UNHEALTHY));
    writer.offer(observation("b", Verdict.HEALTHY));
    turns.release(2);
    assertThat(writer.awaitIdle(Duration.ofSeconds(10))).isTrue();
    assertThat(transactions.get(1)).containsExactly(observation("b", Verdict.HEALTHY));
  }

  @Test
  void shouldKeepWhatCannotBeWrittenUntilItCan() throws InterruptedException {
    failures.set(2);
    writer.offer(observation("a", Verdict.UNHEALTHY));
    writer.offer(observation("b", Verdict.UNHEALTHY));
    turns.release();
    await().until(() -> writer.counters().failures() == 1 && turns.hasQueuedThreads());
    assertThat(writer.counters().trouble()).isEqualTo("the database is away");
    writer.offer(observation("b", Verdict.HEALTHY));
    turns.release(10);
    assertThat(writer.awaitIdle(Duration.ofSeconds(10))).isTrue();
    assertThat(settled)
        .contains(observation("a", Verdict.UNHEALTHY), observation("b", Verdict.HEALTHY))
        .doesNotContain(observation("b", Verdict.UNHEALTHY));
    assertThat(writer.counters().trouble()).isEmpty();
  }

  @Test
  void shouldNotBeEndedByAMistakeOfTheStore() {
    turns.release(100);
    var store = new AtomicInteger();
    try (var other =
        new StatusWriter(
            observations -> {
              switch (store.getAndIncrement()) {
                case 0 -> throw new IllegalStateException("a mistake");
                case 1 -> throw new OutOfMemoryError("as the test wants");
                default -> {}
              }
              return write(observations);
            },
            (_, _) -> {},
            System::nanoTime)) {
      other.offer(observation("a", Verdict.HEALTHY));
      await().untilAsserted(() -> assertThat(transactions).hasSize(1));
    }
  }

  @Test
  void shouldWriteWhatIsLeftWhenItIsClosed() {
    turns.release(100);
    for (int i = 0; i < 20; i++) {
      writer.offer(observation("b" + i, Verdict.UNHEALTHY));
    }
    writer.close();
    assertThat(settled).hasSize(20);
  }
}
