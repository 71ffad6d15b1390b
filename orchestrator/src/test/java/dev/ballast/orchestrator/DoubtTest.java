package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import dev.ballast.locks.Holding;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.locks.MemoryEngine;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An orchestrator that doubts itself says so where controllers can read it. */
class DoubtTest {
  private static final String WHY = "12 of 20 targets are silent at once";

  private final MemoryEngine engine = new MemoryEngine(System::nanoTime);
  private final Locks locks =
      new Locks(
          engine,
          LocksSettings.of("o-1", System::nanoTime, RandomGenerator.getDefault())
              .withTtl(OrchestratorSettings.DEFAULT_TTL));
  private final Doubt doubt = new Doubt(locks, "o-1");

  @AfterEach
  void close() {
    doubt.close();
    locks.close();
  }

  @Test
  void shouldSayWhyItDoubtsItselfForAsLongAsItDoes() {
    doubt.look("");
    assertThat(engine.list("")).isEmpty();

    doubt.look(WHY);
    doubt.look(WHY);
    assertThat(engine.list(OrchestratorSettings.DOUBT))
        .extracting(Holding::name, Holding::owner, Holding::note)
        .containsExactly(tuple("orchestrators-in-doubt/o-1", "o-1", WHY));

    doubt.look("");
    assertThat(engine.list("")).isEmpty();
  }

  @Test
  void shouldSayItAgainWhenItsLeaseWasBroken() {
    doubt.look(WHY);
    engine.breakLock(OrchestratorSettings.DOUBT + "o-1");
    assertThat(engine.list("")).isEmpty();
    await()
        .untilAsserted(
            () -> {
              doubt.look(WHY);
              assertThat(engine.list(OrchestratorSettings.DOUBT)).hasSize(1);
            });
  }

  @Test
  void shouldNotOutliveItsOrchestrator() {
    doubt.look(WHY);
    locks.close();
    assertThat(engine.list("")).isEmpty();
  }
}
