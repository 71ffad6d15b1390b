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
import org.junit.jupiter.api.Test;
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

  /** Later than what the loops themselves take the time to be. */
  private long nowNanos = loose.looseLoops().first().nowNanos() + 3_600_000_000_000L;

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
            : by.pick(loop, random.nextLong(), Tried.NONE, nowNanos);
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

  /** Seen by what each loop picks with in the latest plans, as it is; then, when cells have told the newest of all. */
  private void assertCounted() {
    nowNanos += 1_000_000;
    for (PoolPlan by : plans.subList(Math.max(0, plans.size() - 3), plans.size())) {
      for (Loop loop : loose.loops().all()) {
        if (by.eligibleCount() > 0 && by.pickOf(loop.index()) != null) {
          by.pick(loop, 1, Tried.NONE, nowNanos);
          assertCounted(by, loop);
        }
      }
    }
    assertCountedOnceAllIsTold();
  }

  private void assertCountedOnceAllIsTold() {
    for (Loop loop : loose.loops().all()) {
      plan().pick(loop, 1, Tried.NONE, nowNanos);
      for (int i = 0; i < plan().eligibleCount(); i++) {
        begin(plan(), loop, i);
        end(flying.size() - 1);
      }
    }
    for (Loop loop : loose.loops().all()) {
      assertCounted(plan(), loop);
    }
  }

  private void assertCounted(PoolPlan by, Loop loop) {
    LoopPick pick = by.pickOf(loop.index());
    long inAll = 0;
    for (int i = 0; i < by.eligibleCount(); i++) {
      BackendHandle backend = by.backend(i);
      long actual = flying.stream().filter(one -> one.backend().equals(backend)).count();
      assertThat(backend.read(BackendCounter.IN_FLIGHT)).isEqualTo(actual);
      assertThat(pick.inFlight(i)).as(backend.toString()).isEqualTo((int) actual);
      inAll += actual;
    }
    assertThat(pick.total()).as("of those that may be picked alone").isEqualTo(inAll);
  }

  /** As when many wait for room, or for another try, while the pool changes. */
  @Test
  void shouldSpreadOverAllWhatStillGoesByAnEarlierPlan() {
    Loop loop = loose.loops().all().getFirst();
    for (int i = 0; i < BACKENDS; i++) {
      configuration.backend("web", "b" + i, address(i), AdminState.ENABLED);
    }
    PoolPlan earlier = leastConnections(AdminState.ENABLED);
    begin(earlier, loop, earlier.pick(loop, 1, Tried.NONE, nowNanos));
    plans.add(leastConnections(AdminState.DRAINING));
    begin(plan(), loop, plan().pick(loop, 1, Tried.NONE, nowNanos));

    while (flying.size() < 20 * BACKENDS) {
      begin(earlier, loop, earlier.pick(loop, 1, Tried.NONE, nowNanos));
    }

    for (int i = 0; i < BACKENDS; i++) {
      assertThat(earlier.backend(i).read(BackendCounter.IN_FLIGHT)).isEqualTo(20);
    }
  }

  /** A loop that has its exchanges from before the plan, and does not pick by it itself. */
  @Test
  void shouldNotTakeWhatAnIdleLoopOnceHadForGranted() {
    for (int i = 0; i < BACKENDS; i++) {
      configuration.backend("web", "b" + i, address(i), AdminState.ENABLED);
    }
    Loop loop = loose.loops().all().getFirst();
    Loop idle = loose.loops().all().getLast();
    PoolPlan earlier = leastConnections(AdminState.ENABLED);
    begin(earlier, idle, earlier.pick(idle, 1, Tried.NONE, nowNanos));
    begin(earlier, idle, earlier.pick(idle, 1, Tried.NONE, nowNanos));
    plans.add(leastConnections(AdminState.DRAINING));
    plan().pick(loop, 1, Tried.NONE, nowNanos);
    LoopPick pick = plan().pickOf(loop.index());
    long before = pick.total();

    end(1);
    end(0);
    nowNanos += 1_000_000;
    plan().pick(loop, 1, Tried.NONE, nowNanos);

    assertThat(before).isPositive();
    assertThat(pick.total()).isZero();
  }

  private PoolPlan leastConnections(AdminState ofFirst) {
    var algorithm = new Algorithm.LeastConnections();
    configuration
        .put(new Pool("web", algorithm, Optional.empty(), Configuration.BRISK, 0))
        .backend("web", "b0", address(0), ofFirst);
    return loose.compiler().compile(configuration.next(), NOW).pools().get("web");
  }
}
