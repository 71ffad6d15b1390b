package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.balancing.Outcome;
import dev.ballast.balancing.Tried;
import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Pool;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How even least-connections stays when event loops pick at once, each in a thread of its own, from numbers that the others are just changing. What the docs state of it
 * is what this logs.
 */
class BalanceAcrossLoopsTest {
  private static final Logger LOG = LoggerFactory.getLogger(BalanceAcrossLoopsTest.class);
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final int BACKENDS = 1_000;
  private static final int EACH = 10;
  private static final int STEPS = 400_000;
  private static final int SAMPLED = 500;

  private final Configuration configuration = new Configuration();

  private LooseCompiler loose = LooseCompiler.of(1);

  @AfterEach
  void stop() {
    loose.close();
  }

  private PoolPlan plan() {
    configuration.put(
        new Pool(
            "web", new Algorithm.LeastConnections(), Optional.empty(), Configuration.BRISK, 0));
    for (int i = 0; i < BACKENDS; i++) {
      String address = "10.0." + (i >> 8) + "." + (i & 255) + ":80";
      configuration.backend("web", "b" + i, address, AdminState.ENABLED);
    }
    return loose.compiler().compile(configuration.next(), NOW).pools().get("web");
  }

  /** An event loop's thread: holds its share of exchanges open, and ends any one for each that begins. */
  private static final class Busy {
    private final PoolPlan plan;
    private final Loop loop;
    private final Random random;
    private final int[] open;

    Busy(PoolPlan plan, Loop loop, int open) {
      this.plan = plan;
      this.loop = loop;
      this.random = new Random(loop.index());
      this.open = new int[open];
    }

    private int begin(int step) {
      int index = plan.pick(loop, step, Tried.NONE, step);
      plan.backend(index).cell(loop).began(plan.pickOf(loop.index()), index);
      return index;
    }

    void fill() {
      for (int i = 0; i < open.length; i++) {
        open[i] = begin(i);
      }
    }

    /** Answers the most that any backend was seen to have in flight. */
    long goOn() {
      long most = 0;
      for (int step = 0; step < STEPS; step++) {
        int which = random.nextInt(open.length);
        plan.backend(open[which]).cell(loop).ended(1, Outcome.ANSWERED);
        open[which] = begin(step);
        if (step % SAMPLED == 0) {
          most = Math.max(most, mostInFlight(plan));
        }
      }
      return most;
    }
  }

  private static long mostInFlight(PoolPlan plan) {
    return IntStream.range(0, BACKENDS)
        .mapToLong(i -> plan.backend(i).read(BackendCounter.IN_FLIGHT))
        .max()
        .orElseThrow();
  }

  /** Ten exchanges for each backend are open all the time: nobody has more than 15, nor at rest more than 12. */
  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void shouldStayNearlyEvenWhileLoopsPickAtOnce(int loops) throws Exception {
    loose.close();
    loose = LooseCompiler.of(loops);
    PoolPlan plan = plan();
    var start = new CyclicBarrier(loops);
    List<Callable<Long>> work =
        loose.loops().all().stream()
            .map(loop -> new Busy(plan, loop, EACH * BACKENDS / loops))
            .<Callable<Long>>map(
                busy ->
                    () -> {
                      start.await();
                      busy.fill();
                      start.await();
                      return busy.goOn();
                    })
            .toList();
    long most = 0;
    try (var threads = Executors.newFixedThreadPool(loops)) {
      for (var seen : threads.invokeAll(work)) {
        most = Math.max(most, seen.get());
      }
    }
    long atRest = mostInFlight(plan);
    long fewest =
        IntStream.range(0, BACKENDS)
            .mapToLong(i -> plan.backend(i).read(BackendCounter.IN_FLIGHT))
            .min()
            .orElseThrow();
    LOG.info(
        "{} loops, {} each: most {} while picking; at rest {} to {}",
        loops,
        EACH,
        most,
        fewest,
        atRest);
    assertThat(most).isBetween((long) EACH, 15L);
    assertThat(atRest).isBetween((long) EACH, 12L);
  }
}
