package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.BalancerFactory;
import dev.ballast.balancing.Extensions;
import dev.ballast.balancing.Loads;
import dev.ballast.balancing.Member;
import dev.ballast.balancing.Outcome;
import dev.ballast.balancing.Tried;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Pool;
import dev.ballast.model.RequestPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Algorithms of users' own: what they decide counts, and what they do wrong costs no request. */
class CustomAlgorithmTest {
  private static final int REQUESTS = 60;

  private final List<TestBackend> backends = TestBackend.named(3);

  @AfterEach
  void stop() {
    backends.forEach(TestBackend::close);
  }

  /** Made of a name and a function. */
  private record Factory(String name, Supplier<Balancer> balancer) implements BalancerFactory {
    @Override
    public Balancer build(List<Member> members, Map<String, String> parameters, long fleetSeed) {
      return balancer.get();
    }
  }

  private static Algorithm.Custom custom(String factory) {
    return new Algorithm.Custom(factory, Optional.empty(), new TreeMap<>());
  }

  private Proxy start(BalancerFactory factory, Algorithm algorithm) {
    var proxy =
        Proxy.start(
            settings -> settings.withEventLoops(1).withExtensions(Extensions.of(List.of(factory))));
    proxy.use(
        Configuration.http(proxy.port(), backends.toArray(TestBackend[]::new))
            .put(new Pool("web", algorithm, Optional.empty(), Configuration.BRISK, 50)));
    return proxy;
  }

  private static List<String> ask(Proxy proxy) {
    var answers = new ArrayList<String>();
    try (var client = proxy.client()) {
      for (int i = 0; i < REQUESTS; i++) {
        var answer =
            client.send(HttpText.head("GET / HTTP/1.1", "Host: a", "X-Tenant: t" + i % 7)).read();
        assertThat(answer.status()).isEqualTo(200);
        answers.add(answer.text());
      }
    }
    return answers;
  }

  private static double repaired(Proxy proxy) {
    return proxy.metric("ballast_proxy_picks_repaired_total");
  }

  @Test
  void shouldPickAsItSays() {
    try (var proxy = start(new Factory("last", () -> (key, tried, loads) -> 2), custom("last"))) {
      assertThat(ask(proxy)).containsOnly("b3");
      assertThat(repaired(proxy)).isZero();
    }
  }

  @Test
  void shouldGetWhatOfARequestItPicksBy() {
    var byTenant =
        new Algorithm.Custom(
            "tenant",
            Optional.of(new RequestPart(RequestPart.Kind.HEADER, "x-tenant")),
            new TreeMap<>());
    var factory =
        new Factory("tenant", () -> (key, tried, loads) -> (int) Long.remainderUnsigned(key, 3));
    try (var proxy = start(factory, byTenant)) {
      List<String> answers = ask(proxy);
      for (int i = 7; i < REQUESTS; i++) {
        assertThat(answers.get(i)).isEqualTo(answers.get(i - 7));
      }
      assertThat(answers.stream().distinct().count()).isGreaterThan(1);
    }
  }

  @Test
  void shouldHearOfWhatBeginsAndEnds() {
    var recorder = new Recorder();
    try (var proxy = start(new Factory("recorder", () -> recorder), custom("recorder"))) {
      ask(proxy);
      await().until(() -> recorder.finished.get() == REQUESTS);
      assertThat(recorder.began).hasValue(REQUESTS);
      assertThat(recorder.loops).hasValue(1);
    }
  }

  /** Counts. */
  private static final class Recorder implements Balancer {
    private final AtomicInteger loops = new AtomicInteger();
    private final AtomicInteger began = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();

    @Override
    public int pick(long key, Tried tried, Loads loads) {
      return 0;
    }

    @Override
    public Balancer forLoop(Loads loads, long seed) {
      loops.incrementAndGet();
      return this;
    }

    @Override
    public void began(int index) {
      began.incrementAndGet();
    }

    @Override
    public void finished(int index, long latencyNanos, Outcome outcome) {
      assertThat(latencyNanos).isPositive();
      assertThat(outcome).isEqualTo(Outcome.ANSWERED);
      finished.incrementAndGet();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-2, -1, 3, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void shouldPickInItsPlaceWhenItPicksWhatIsNotThere(int picked) {
    var factory = new Factory("wrong", () -> (key, tried, loads) -> picked);
    try (var proxy = start(factory, custom("wrong"))) {
      assertThat(ask(proxy)).contains("b1", "b2", "b3");
      assertThat(repaired(proxy)).isEqualTo(REQUESTS);
    }
  }

  static Stream<Throwable> thrown() {
    return Stream.of(
        new IllegalStateException("no idea"),
        new AssertionError("no idea"),
        new NoClassDefFoundError("no idea"),
        new StackOverflowError());
  }

  /** What a compiler would not let through. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> int fail(Throwable how) throws E {
    throw (E) how;
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void shouldPickInItsPlaceWhenItThrows(Throwable how) {
    Balancer throwing = (key, tried, loads) -> CustomAlgorithmTest.<RuntimeException>fail(how);
    try (var proxy = start(new Factory("throwing", () -> throwing), custom("throwing"))) {
      assertThat(ask(proxy)).contains("b1", "b2", "b3");
      assertThat(repaired(proxy)).isEqualTo(REQUESTS);
    }
  }

  /** Its own retries find another one, though it answers the same again. */
  @Test
  void shouldPickInItsPlaceWhenItInsistsOnOneThatWasTried() {
    backends.getFirst().close();
    try (var proxy = start(new Factory("first", () -> (key, tried, loads) -> 0), custom("first"))) {
      assertThat(ask(proxy)).contains("b2", "b3").doesNotContain("b1");
      assertThat(repaired(proxy)).isBetween(1.0, (double) REQUESTS);
    }
  }

  @Test
  void shouldServeByWeightAndSaySoWhileTheAlgorithmIsNotThere() {
    try (var proxy = start(new Factory("other", () -> (key, tried, loads) -> 0), custom("mine"))) {
      assertThat(ask(proxy)).contains("b1", "b2", "b3");
      Report.Pool pool = proxy.reportOf("web");
      assertThat(pool.reason())
          .isEqualTo(
              "there is no algorithm mine here; there are [other]; weighted-round-robin is used");
      assertThat(pool.remedy()).contains("--extensions");
      assertThat(proxy.metric("ballast_proxy_pool_algorithm_usable{pool=\"web\"}")).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void shouldServeByWeightWhateverKeepsItFromBeingMade(Throwable how) {
    var refusing =
        new Factory(
            "mine",
            () -> {
              CustomAlgorithmTest.<RuntimeException>fail(how);
              return null;
            });
    try (var proxy = start(refusing, custom("mine"))) {
      assertThat(ask(proxy)).contains("b1", "b2", "b3");
      assertThat(proxy.reportOf("web").reason()).startsWith("algorithm mine refuses");
    }
  }

  @Test
  void shouldServeByWeightWhenNoneIsMade() {
    try (var proxy = start(new Factory("mine", () -> null), custom("mine"))) {
      assertThat(ask(proxy)).contains("b1", "b2", "b3");
      assertThat(proxy.reportOf("web").reason())
          .startsWith("algorithm mine refuses: it makes none;");
    }
  }

  @Test
  void shouldServeByWeightAndSayWhyWhenItCannotBeMade() {
    var refusing =
        new Factory(
            "mine",
            () -> {
              throw new IllegalArgumentException("parameter radius is missing");
            });
    try (var proxy = start(refusing, custom("mine"))) {
      assertThat(ask(proxy)).contains("b1", "b2", "b3");
      assertThat(proxy.reportOf("web").reason())
          .startsWith("algorithm mine refuses: parameter radius is missing;");
    }
  }
}
