package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Tried;
import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Pool;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the first pick of an event loop takes after the pool has changed, in a large pool all of whose backends are known to both loops and busy. What the docs state of
 * it is what this logs.
 */
class FirstPickTest {
  private static final Logger LOG = LoggerFactory.getLogger(FirstPickTest.class);
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final int PLANS = 6;
  private static final long MICRO_NANOS = 1_000;

  private final LooseCompiler loose = LooseCompiler.of(2);
  private final Configuration configuration = new Configuration();

  @AfterEach
  void stop() {
    loose.close();
  }

  private PoolPlan plan(Algorithm algorithm, int backends, AdminState last) {
    configuration
        .put(new Pool("web", algorithm, Optional.empty(), Configuration.BRISK, 0))
        .backend("web", "b" + (backends - 1), address(backends - 1), last);
    return loose.compiler().compile(configuration.next(), NOW).pools().get("web");
  }

  private static String address(int backend) {
    return "10." + (backend >> 16) + "." + (backend >> 8 & 255) + "." + (backend & 255) + ":80";
  }

  /** The best of several plans, so that whatever else the machine does is left out. */
  @ParameterizedTest
  @CsvSource({
    "round-robin, 10000, 1000",
    "round-robin, 50000, 2000",
    "least-response-time, 10000, 1000",
    "least-response-time, 50000, 2000",
    "hash, 50000, 50000",
    "least-connections, 10000, 10000",
    "least-connections, 50000, 50000"
  })
  void shouldTakeLittleTime(String type, int backends, long mostMicros) {
    Algorithm algorithm =
        Algorithm.all().stream().filter(one -> one.type().equals(type)).findFirst().orElseThrow();
    for (int i = 0; i < backends; i++) {
      configuration.backend("web", "b" + i, address(i), AdminState.ENABLED);
    }
    PoolPlan plan = plan(algorithm, backends, AdminState.ENABLED);
    for (Loop loop : loose.loops().all()) {
      for (int i = 0; i < plan.eligibleCount(); i++) {
        plan.backend(i).cell(loop).began(null, i);
      }
    }
    long least = Long.MAX_VALUE;
    for (int turn = 0; turn < PLANS; turn++) {
      plan = plan(algorithm, backends, turn % 2 == 0 ? AdminState.DRAINING : AdminState.ENABLED);
      for (Loop loop : loose.loops().all()) {
        long began = System.nanoTime();
        int picked = plan.pick(loop, turn, Tried.NONE, 1);
        least = Math.min(least, System.nanoTime() - began);
        assertThat(picked).isNotEqualTo(Balancer.NONE);
        assertThat(plan.pickOf(loop.index())).isNotNull();
      }
    }
    double micros = (double) least / MICRO_NANOS;
    LOG.info("{} over {} backends: first pick {} µs", type, backends, micros);
    assertThat(micros).isLessThan((double) mostMicros);
  }
}
