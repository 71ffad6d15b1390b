package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DisownerTest {
  private static final Random RANDOM = new Random(1);
  private static final Duration ASKED = Duration.ofMillis(200);

  private final AtomicLong clock = new AtomicLong();
  private final MemoryEngine shared = new MemoryEngine(() -> 0);
  private final TestEngine engine = new TestEngine(shared);
  private final Disowner disowner =
      new Disowner(engine, LocksSettings.of("me", clock::get, RANDOM).withTtl(ASKED));
  private final LeaseId lease = LeaseId.of(1, RANDOM);

  private void openAndLoseTheEngine() {
    shared.open(lease, "me", ASKED);
    engine.down(true);
  }

  /** Moves the clock, and waits until the engine was told in vain again after that. */
  private void passInVain(Duration time) {
    clock.set(time.toNanos());
    int calls = engine.calls.get();
    await().atMost(Duration.ofSeconds(10)).until(() -> engine.calls.get() >= calls + 2);
  }

  private void awaitClosed() {
    engine.down(false);
    await().atMost(Duration.ofSeconds(10)).until(() -> !shared.renew(lease));
  }

  @Test
  void shouldTellTheEngineForAsLongAsTheLeaseLivesThere() {
    openAndLoseTheEngine();
    disowner.disown(lease, Duration.ofSeconds(30));
    passInVain(Duration.ofSeconds(59));
    awaitClosed();
  }

  @Test
  void shouldAllowForACoarseEngineWhereItIsNotKnownHowLongTheLeaseLives() {
    openAndLoseTheEngine();
    disowner.disown(lease);
    passInVain(Duration.ofSeconds(9));
    awaitClosed();
    assertThat(engine.calls.get()).isGreaterThan(2);
  }
}
