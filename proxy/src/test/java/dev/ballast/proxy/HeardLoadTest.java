package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.balancing.Tried;
import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Pool;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What backends say of themselves while plans follow plans. */
class HeardLoadTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final long SECOND = 1_000_000_000;

  private final LooseCompiler loose = LooseCompiler.of(2);
  private final Configuration configuration = new Configuration();

  @AfterEach
  void stop() {
    loose.close();
  }

  private PoolPlan plan(AdminState ofFirst) {
    Algorithm algorithm =
        Algorithm.all().stream()
            .filter(one -> one instanceof Algorithm.LeastLoad)
            .findFirst()
            .orElseThrow();
    configuration
        .put(new Pool("web", algorithm, Optional.empty(), Configuration.BRISK, 0))
        .backend("web", "a", "10.0.0.1:80", ofFirst)
        .backend("web", "b", "10.0.0.2:80", AdminState.ENABLED);
    return loose.compiler().compile(configuration.next(), NOW).pools().get("web");
  }

  private static int indexOf(PoolPlan plan, BackendHandle backend) {
    int index = 0;
    while (!plan.backend(index).equals(backend)) {
      index++;
    }
    return index;
  }

  private static void says(BackendHandle backend, Loop loop, int thousandths, long nowNanos) {
    backend.says(thousandths, nowNanos);
    backend.cell(loop).heard();
  }

  /** The loop has picked by the next plan, and the other loop has told that what the backend said before. */
  @Test
  void shouldCountWhatIsSaidInAnswerToAnExchangeOfAnEarlierPlan() {
    Loop loop = loose.loops().all().getFirst();
    Loop other = loose.loops().all().getLast();
    PoolPlan earlier = plan(AdminState.ENABLED);
    BackendHandle backend = earlier.backend(1);
    earlier.pick(loop, 1, Tried.NONE, SECOND);
    backend.cell(loop).began(earlier.pickOf(loop.index()), 1);
    says(backend, loop, 300, SECOND);
    PoolPlan plan = plan(AdminState.DRAINING);
    int index = indexOf(plan, backend);
    plan.pick(other, 1, Tried.NONE, SECOND);
    backend.cell(other).began(plan.pickOf(other.index()), index);
    assertThat(plan.utilisation(index, SECOND)).isEqualTo(300);

    says(backend, loop, 800, 2 * SECOND);
    assertThat(plan.utilisation(index, 2 * SECOND)).isEqualTo(800);

    plan.pick(loop, 1, Tried.NONE, 2 * SECOND);
    says(backend, loop, 500, 3 * SECOND);
    assertThat(plan.utilisation(index, 3 * SECOND)).isEqualTo(500);
  }

  @Test
  void shouldHearABackendThatMayNoLongerBePicked() {
    Loop loop = loose.loops().all().getFirst();
    PoolPlan earlier = plan(AdminState.ENABLED);
    BackendHandle gone = earlier.backend(0);
    BackendHandle stays = earlier.backend(1);
    PoolPlan plan = plan(AdminState.DRAINING);
    says(stays, loop, 300, SECOND);

    says(gone, loop, 900, 2 * SECOND);

    assertThat(plan.utilisation(indexOf(plan, stays), 2 * SECOND)).isEqualTo(300);
    assertThat(gone.utilisation(2 * SECOND)).isEqualTo(900);
  }
}
