package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Outcome;
import dev.ballast.balancing.Tried;
import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Pool;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the loops see of one another's exchanges, while plans follow plans and some exchanges still go by earlier ones. */
class LoopPickTest {
  private static final int BACKENDS = 6;
  private static final int STEPS = 4_000;
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final LooseCompiler loose = LooseCompiler.of(3);
  private final Configuration configuration = new Configuration();
  private final List<PoolPlan> plans = new ArrayList<>();
  private final List<Flying> flying = new ArrayList<>();

  private record Flying(Loop loop, BackendHandle backend) {}

  @AfterEach
  void stop() {
    loose.close();
  }

  private static String address(int backend) {
    return "10.0.0." + (1 + backend) + ":80";
  }

  private PoolPlan plan() {
    return plans.getLast();
  }

  private void change(Random random) {
    List<Algorithm> algorithms = Algorithm.all();
    Algorithm algorithm = algorithms.get(random.nextInt(algorithms.size()));
    int backend = random.nextInt(BACKENDS);
    AdminState state = random.nextInt(3) == 0 ? AdminState.DRAINING : AdminState.ENABLED;
    configuration
        .put(new Pool("web", algorithm, Optional.empty(), Configuration.BRISK, 0))
        .backend("web", "b" + backend, address(backend), state);
    plans.add(loose.compiler().compile(configuration.next(), NOW).pools().get("web"));
  }

  /** By the newest plan mostly; by an earlier one if it has waited; where it was before if it is sticky. */
  private void begin(Random random) {
    int age = random.nextInt(5) == 0 ? random.nextInt(Math.min(3, plans.size())) : 0;
    PoolPlan by = plans.get(plans.size() - 1 - age);
    Loop loop = loose.loops().all().get(random.nextInt(3));
    boolean isSticky = random.nextInt(5) == 0 && by.eligibleCount() > 0;
    int index =
        isSticky
            ? random.nextInt(by.eligibleCount())
            : by.pick(loop, random.nextLong(), Tried.NONE, 1);
    if (index != Balancer.NONE) {
      begin(by, loop, index);
    }
  }

  private void begin(PoolPlan by, Loop loop, int index) {
    by.backend(index).cell(loop).began(by.pickOf(loop.index()), index);
    flying.add(new Flying(loop, by.backend(index)));
  }

  private void end(int which) {
    Flying one = flying.remove(which);
    one.backend().cell(one.loop()).ended(1, Outcome.ANSWERED);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldCountWhatIsInFlightThroughEveryChange(long seed) {
    var random = new Random(seed);
    for (int i = 0; i < BACKENDS; i++) {
      configuration.backend("web", "b" + i, address(i), AdminState.ENABLED);
    }
    change(random);
    for (int step = 0; step < STEPS; step++) {
      int what = random.nextInt(100);
      if (what < 3) {
        change(random);
      } else if (what < 53 || flying.isEmpty()) {
        begin(random);
      } else {
        end(random.nextInt(flying.size()));
      }
      if (step % 50 == 0) {
        assertCounted();
      }
    }
    while (!flying.isEmpty()) {
      end(flying.size() - 1);
    }
    assertCounted();
  }

  /** An exchange by the newest plan at each backend makes up for what earlier plans have been told. */
  private void assertCounted() {
    for (Loop loop : loose.loops().all()) {
      plan().pick(loop, 1, Tried.NONE, 1);
      for (int i = 0; i < plan().eligibleCount(); i++) {
        begin(plan(), loop, i);
        end(flying.size() - 1);
      }
    }
    for (Loop loop : loose.loops().all()) {
      LoopPick pick = plan().pickOf(loop.index());
      long inAll = 0;
      for (int i = 0; i < plan().eligibleCount(); i++) {
        BackendHandle backend = plan().backend(i);
        long actual = flying.stream().filter(one -> one.backend().equals(backend)).count();
        assertThat(backend.read(BackendCounter.IN_FLIGHT)).isEqualTo(actual);
        assertThat(pick.inFlight(i)).as(backend.toString()).isEqualTo((int) actual);
        inAll += actual;
      }
      assertThat(pick.total()).as("of those that may be picked alone").isEqualTo(inAll);
    }
  }
}
