package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.locks.GroupSettings;
import dev.ballast.locks.LeaseLost;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.locks.MemoryEngine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharesTest {
  private static final Duration TTL = OrchestratorSettings.DEFAULT_TTL;

  private final FaultyEngine faulty = new FaultyEngine(new MemoryEngine(System::nanoTime));

  /** By how much this machine was paused so far, and the pauses that are to come, one at each look at the clock. */
  private final AtomicLong paused = new AtomicLong();

  private final AtomicLong pausesLeft = new AtomicLong();

  private final Locks locks =
      new Locks(
          faulty.engine(),
          LocksSettings.of("o-1", this::now, RandomGenerator.getDefault()).withTtl(TTL));
  private final DeskLoop loop = new DeskLoop(System::nanoTime);
  private final StatusWriter writer =
      new StatusWriter(
          _ -> {
            throw new IllegalStateException("nothing is to be written");
          },
          (_, _) -> {},
          System::nanoTime);
  private final Desk desk = new Desk(new NotedHands(), java.time.Instant::now, System::nanoTime);
  private final Shares shares =
      new Shares(locks, GroupSettings.of("group", "o-1", Subject.PARTITIONS), loop, writer);

  private long now() {
    if (pausesLeft.get() > 0 && pausesLeft.decrementAndGet() >= 0) {
      paused.addAndGet(TTL.toNanos() + 1);
    }
    return System.nanoTime() + paused.get();
  }

  @AfterEach
  void close() {
    shares.close();
    writer.close();
    locks.close();
    loop.close();
  }

  private void start() {
    loop.start(desk);
    shares.start();
    shares.configured();
  }

  private void awaitAll() {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(loop.call(Desk::shares).join()).isEqualTo(256));
    assertThat(shares.trouble()).isEmpty();
  }

  @Test
  void shouldTryAgainWhereOpeningTookLongerThanTheLeaseLives() {
    pausesLeft.set(2);
    start();
    awaitAll();
    assertThat(pausesLeft).hasValue(0);
  }

  @Test
  void shouldTryAgainAfterAnyMistake() {
    Supplier<RuntimeException> mistake = () -> new IllegalArgumentException("a mistake");
    faulty.fail(mistake);
    start();
    await().until(() -> shares.trouble().contains("a mistake"));
    faulty.heal();
    awaitAll();
  }

  @Test
  void shouldTryAgainWhereTheLeaseRanOutWithinTheEngine() {
    faulty.fail(() -> new LeaseLost("it ran out"));
    start();
    await().until(() -> shares.trouble().contains("it ran out"));
    faulty.heal();
    awaitAll();
  }
}
