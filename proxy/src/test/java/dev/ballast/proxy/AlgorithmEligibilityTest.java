package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.HealthCheck;
import dev.ballast.model.Kind;
import dev.ballast.model.Pool;
import dev.ballast.model.SlowStart;
import dev.ballast.model.Sticky;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the algorithm: who may be picked is, and nobody else. */
class AlgorithmEligibilityTest {
  private static final int REQUESTS = 150;

  private final List<TestBackend> backends = TestBackend.named(8);

  @AfterEach
  void stop() {
    backends.forEach(TestBackend::close);
  }

  static List<Algorithm> all() {
    return AlgorithmsTest.all();
  }

  private static Pool pool(Algorithm algorithm, int panicThreshold) {
    var check =
        new HealthCheck(
            HealthCheck.Type.HTTP,
            HealthCheck.DEFAULT_PATH,
            HealthCheck.DEFAULT_INTERVAL,
            HealthCheck.DEFAULT_TIMEOUT);
    return new Pool("web", algorithm, Optional.of(check), Configuration.BRISK, panicThreshold);
  }

  /** One of each kind: b1 to b3 healthy, b4 unhealthy, b5 draining, b6 disabled, b7 of weight 0, b8 of weight 256. */
  private Configuration configuration(Proxy proxy, Pool pool) {
    var configuration =
        Configuration.http(proxy.port(), backends.toArray(TestBackend[]::new)).put(pool);
    for (int i = 1; i <= backends.size(); i++) {
      Verdict verdict = i == 4 ? Verdict.UNHEALTHY : Verdict.HEALTHY;
      configuration.status("web", "b" + i, verdict, Instant.EPOCH);
    }
    return configuration
        .backend("web", "b5", backends.get(4).address(), AdminState.DRAINING)
        .backend("web", "b6", backends.get(5).address(), AdminState.DISABLED)
        .backend("web", "b7", backends.get(6).address(), 0)
        .backend("web", "b8", backends.get(7).address(), 256);
  }

  private static Set<String> reached(Proxy proxy) {
    var reached = new TreeSet<String>();
    try (var client = proxy.client()) {
      for (int i = 0; i < REQUESTS; i++) {
        var answer =
            client.send(HttpText.head("GET / HTTP/1.1", "Host: a", "X-User: u" + i)).read();
        assertThat(answer.status()).isEqualTo(200);
        reached.add(answer.text());
      }
    }
    return reached;
  }

  private static boolean hasWeights(Algorithm algorithm) {
    return !(algorithm instanceof Algorithm.RoundRobin
        || algorithm instanceof Algorithm.LeastConnections
        || algorithm instanceof Algorithm.Random);
  }

  @ParameterizedTest
  @MethodSource("all")
  void shouldPickNobodyWhoMayNotBe(Algorithm algorithm) {
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(1))) {
      proxy.use(configuration(proxy, pool(algorithm, 50)));

      assertThat(reached(proxy)).contains("b8").isSubsetOf("b1", "b2", "b3", "b8");
      if (hasWeights(algorithm)) {
        assertThat(backends.get(7).heads().size())
            .as("256 of 259")
            .isGreaterThan(REQUESTS * 9 / 10);
      } else {
        assertThat(backends.get(7).heads().size()).as("one of four").isLessThan(REQUESTS / 2);
      }
    }
  }

  /** In panic the unhealthy one is picked too; those that are not meant to serve never are. */
  @ParameterizedTest
  @MethodSource("all")
  void shouldPickTheUnhealthyInPanicAlone(Algorithm algorithm) {
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(1))) {
      proxy.use(
          configuration(proxy, pool(algorithm, 100))
              .backend("web", "b8", backends.get(7).address(), 1));

      assertThat(reached(proxy)).containsExactly("b1", "b2", "b3", "b4", "b8");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void shouldLeaveAStickyClientWhereItIs(Algorithm algorithm) {
    Pool sticky = pool(algorithm, 50).with(new Sticky.Cookie("ballast", "/", Duration.ZERO, false));
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(1));
        var client = proxy.use(configuration(proxy, sticky)).client()) {
      var first = client.send(HttpText.head("GET / HTTP/1.1", "Host: a", "X-User: one")).read();
      String told = HttpText.field(first.head(), "Set-Cookie");
      String cookie = "Cookie: " + told.substring(0, told.indexOf(';'));
      for (int i = 0; i < 20; i++) {
        var next =
            client.send(HttpText.head("GET / HTTP/1.1", "Host: a", "X-User: u" + i, cookie)).read();
        assertThat(next.text()).isEqualTo(first.text());
      }
    }
  }

  /** One that has just come gets a tenth of its share at first. */
  @ParameterizedTest
  @MethodSource("all")
  void shouldBeginSlowlyWithOneThatHasComeLate(Algorithm algorithm) {
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(1))) {
      Pool.Resilience plain = Pool.Resilience.defaults();
      var slow =
          new Pool.Resilience(
              plain.retries(),
              plain.breaker(),
              plain.ejection(),
              new SlowStart(Duration.ofMinutes(10), 10));
      Configuration configuration =
          configuration(proxy, pool(algorithm, 0).with(slow)).without(Kind.BACKEND, "web/b8");
      proxy.use(configuration);
      assertThat(reached(proxy)).containsExactly("b1", "b2", "b3");

      proxy.use(configuration.backend("web", "b8", backends.get(7).address(), 1));
      reached(proxy);
      reached(proxy);

      // An even share would be a quarter of 300; a tenth of a share is about one in 31.
      assertThat(backends.get(7).heads().size()).isBetween(1, 40);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void shouldSayThatThereIsNobody(Algorithm algorithm) {
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(1));
        var client =
            proxy.use(Configuration.http(proxy.port()).put(pool(algorithm, 50))).client()) {
      var answer = client.get("/").read();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.text()).contains("pool web has no backends");
    }
  }
}
