package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import dev.ballast.detection.Lateness;
import dev.ballast.detection.ProbeCounters;
import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.Holding;
import dev.ballast.locks.LeaseLost;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.locks.MemoryEngine;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An orchestrator that doubts itself says so where controllers can read it. */
class DoubtTest {
  private final MemoryEngine engine = new MemoryEngine(System::nanoTime);
  private final FaultyEngine faulty = new FaultyEngine(engine);
  private final Locks locks =
      new Locks(
          faulty.engine(),
          LocksSettings.of("o-1", System::nanoTime, RandomGenerator.getDefault())
              .withTtl(OrchestratorSettings.DEFAULT_TTL));
  private final Doubt doubt = new Doubt(locks, "o-1");

  @AfterEach
  void close() {
    doubt.close();
    locks.close();
  }

  private void silent(int silent) {
    doubt.look(true, silent, 20);
  }

  private void well() {
    doubt.look(false, 0, 20);
  }

  private void assertSaid(String note) {
    assertThat(engine.list(OrchestratorSettings.DOUBT))
        .extracting(Holding::name, Holding::owner, Holding::note)
        .containsExactly(tuple("orchestrators-in-doubt/o-1", "o-1", note));
  }

  @Test
  void shouldSayWhyItDoubtsItselfForAsLongAsItDoes() {
    well();
    assertThat(engine.list("")).isEmpty();

    silent(12);
    silent(12);
    assertSaid("12 of 20 targets are silent at once");

    well();
    assertThat(engine.list("")).isEmpty();
  }

  @Test
  void shouldSayItAgainOnceTwiceAsManyAreSilent() {
    silent(7);
    silent(13);
    assertSaid("7 of 20 targets are silent at once");
    silent(14);
    assertSaid("14 of 20 targets are silent at once");
    well();
    silent(8);
    assertSaid("8 of 20 targets are silent at once");
  }

  @Test
  void shouldSayItAgainWhenItsLeaseWasBroken() {
    silent(12);
    engine.breakLock(OrchestratorSettings.DOUBT + "o-1");
    assertThat(engine.list("")).isEmpty();
    await()
        .untilAsserted(
            () -> {
              silent(12);
              assertThat(engine.list(OrchestratorSettings.DOUBT)).hasSize(1);
            });
  }

  @Test
  void shouldSayItInALaterRoundWhatEverWentWrongInThisOne() {
    faulty.fail(() -> new IllegalArgumentException("a mistake"));
    silent(12);
    faulty.fail(() -> new LeaseLost("it ran out"));
    silent(12);
    assertThat(engine.list("")).isEmpty();
    faulty.heal();
    silent(12);
    assertSaid("12 of 20 targets are silent at once");
  }

  private static ProbeCounters counters(int silent) {
    return new ProbeCounters(0, 0, Map.of(), Lateness.NONE, 0, 0, 0, 0, 20, silent, silent > 0);
  }

  @Test
  void shouldFollowTheProberThroughEverythingThatGoesWrong() {
    var asked = new AtomicInteger();
    doubt.follow(
        () ->
            switch (asked.getAndIncrement()) {
              case 0 -> throw new IllegalStateException("as the test wants");
              case 1 -> CompletableFuture.failedFuture(new OutOfMemoryError("as the test wants"));
              default -> CompletableFuture.completedFuture(counters(12));
            });
    await().untilAsserted(() -> assertThat(engine.list(OrchestratorSettings.DOUBT)).hasSize(1));
  }

  @Test
  void shouldNotBeClosedBeforeItsLastRoundIsOver() throws InterruptedException {
    var isAsked = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    faulty.fail(
        () -> {
          isAsked.countDown();
          try {
            answer.await();
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
          return new EngineUnavailable("as the test wants");
        });
    doubt.follow(() -> CompletableFuture.completedFuture(counters(12)));
    isAsked.await();
    var closing = Thread.ofVirtual().start(doubt::close);
    await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
    answer.countDown();
    closing.join();
    assertThat(engine.list("")).isEmpty();
  }

  @Test
  void shouldNotOutliveItsOrchestrator() {
    silent(12);
    locks.close();
    assertThat(engine.list("")).isEmpty();
  }
}
