package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendAddress;
import dev.ballast.model.FleetSecrets;
import dev.ballast.model.Pool;
import dev.ballast.model.Preference;
import dev.ballast.model.Sticky;
import dev.ballast.model.Verdict;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Priority groups, zones and subsets at an LB server with real backends. */
class PreferenceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Instant LONG_AGO = Instant.EPOCH;
  private static final Preference ZONES = new Preference(50, 70, 0);

  private final List<TestBackend> backends = new ArrayList<>();

  @AfterEach
  void stop() {
    backends.forEach(TestBackend::close);
  }

  static List<Algorithm> algorithms() {
    return Algorithm.all();
  }

  private static Proxy proxyInZoneA() {
    return Proxy.start(settings -> settings.withPlace(new ProxySettings.Place("a", 1)));
  }

  private static Pool pool(Algorithm algorithm, Preference preference) {
    return new Pool("web", algorithm, Optional.of(Configuration.CHECK), Configuration.BRISK, 50)
        .with(preference);
  }

  /** A healthy backend for each rank, {@code b1} first: its priority, then its zone. */
  private Configuration configuration(Proxy proxy, Pool pool, String... ranks) {
    Configuration configuration = Configuration.http(proxy.port()).put(pool);
    for (int i = 0; i < ranks.length; i++) {
      String id = "b" + (i + 1);
      backends.add(TestBackend.named(id));
      configuration
          .put(
              new Backend(
                  "web",
                  id,
                  BackendAddress.parse(backends.get(i).address()),
                  1,
                  ranks[i].substring(1),
                  Integer.parseInt(ranks[i].substring(0, 1)),
                  AdminState.ENABLED))
          .status("web", id, Verdict.HEALTHY, LONG_AGO);
    }
    return configuration;
  }

  private static Configuration down(Configuration configuration, String... ids) {
    for (String id : ids) {
      configuration.status("web", id, Verdict.UNHEALTHY, LONG_AGO);
    }
    return configuration;
  }

  private static Configuration up(Configuration configuration, String... ids) {
    for (String id : ids) {
      configuration.status("web", id, Verdict.HEALTHY, LONG_AGO);
    }
    return configuration;
  }

  /** How many of so many requests each backend gets, over connections enough to use both event loops. */
  private static Map<String, Long> served(Proxy proxy, int requests) {
    try (var one = proxy.client();
        var other = proxy.client()) {
      return IntStream.range(0, requests)
          .mapToObj(i -> (i % 2 == 0 ? one : other).get("/" + i).read().text())
          .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    }
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void shouldUseTheFirstGroupThatHasEnoughWhateverTheAlgorithm(Algorithm algorithm) {
    var now = new AtomicReference<>(Instant.now());
    try (var proxy = Proxy.start(now::get)) {
      Configuration configuration =
          configuration(proxy, pool(algorithm, Preference.NONE), "0", "0", "1", "2");
      proxy.use(configuration);
      assertThat(served(proxy, 40).keySet()).isSubsetOf("b1", "b2");

      proxy.use(down(configuration, "b1"));
      assertThat(served(proxy, 20).keySet()).containsExactly("b2");

      proxy.use(down(configuration, "b2"));
      assertThat(served(proxy, 20).keySet()).containsExactly("b3");

      proxy.use(down(configuration, "b3"));
      assertThat(served(proxy, 20).keySet()).containsExactly("b4");

      proxy.use(up(configuration, "b1"));
      assertThat(served(proxy, 20).keySet()).as("not yet").containsExactly("b4");

      now.updateAndGet(instant -> instant.plusSeconds(10));
      proxy.use(configuration);
      assertThat(served(proxy, 20).keySet()).containsExactly("b1");
    }
  }

  @Test
  void shouldSayWhichGroupIsInUse() {
    try (var proxy = Proxy.start()) {
      Configuration configuration =
          configuration(proxy, pool(new Algorithm.RoundRobin(), Preference.NONE), "0", "1");
      proxy.use(configuration);
      assertThat(proxy.backend("web", "b2").eligible()).isFalse();
      assertThat(proxy.backend("web", "b2").reason())
          .isEqualTo("healthy; spare: priority 0 is in use");
      assertThat(proxy.metric("ballast_proxy_pool_priority{pool=\"web\"}")).isZero();

      proxy.use(down(configuration, "b1"));
      assertThat(proxy.backend("web", "b2").reason()).isEqualTo("healthy");
      assertThat(proxy.metric("ballast_proxy_pool_priority{pool=\"web\"}")).isEqualTo(1);
      assertThat(proxy.metric("ballast_proxy_pool_panic{pool=\"web\"}")).isZero();
    }
  }

  /** Its backends go away under load, and the LB server is told so only later: nobody notices. */
  @Test
  void shouldFailOverWithoutAFailureWhenAGroupDies() {
    try (var proxy = Proxy.start()) {
      Configuration configuration =
          configuration(
              proxy,
              pool(new Algorithm.RoundRobin(), Preference.NONE),
              "0",
              "0",
              "0",
              "0",
              "1",
              "1");
      proxy.use(configuration);
      try (var load = Load.on(proxy)) {
        load.awaitMore(200);
        backends.subList(0, 4).forEach(TestBackend::close);
        load.awaitMore(500);
        proxy.use(down(configuration, "b1", "b2", "b3", "b4"));
        load.awaitMore(200);
      }
      assertThat(served(proxy, 20).keySet()).containsExactly("b5", "b6");
    }
  }

  @Test
  void shouldSpillOverWithoutAFailureWhenAZoneDies() {
    try (var proxy = proxyInZoneA()) {
      Configuration configuration =
          configuration(
              proxy,
              pool(new Algorithm.LeastConnections(), ZONES),
              "0a",
              "0a",
              "0a",
              "0a",
              "0b",
              "0b",
              "0c",
              "0c");
      proxy.use(configuration);
      assertThat(served(proxy, 40).keySet()).containsExactly("b1", "b2", "b3", "b4");
      try (var load = Load.on(proxy)) {
        load.awaitMore(200);
        backends.subList(0, 4).forEach(TestBackend::close);
        load.awaitMore(500);
        proxy.use(down(configuration, "b1", "b2", "b3", "b4"));
        load.awaitMore(200);
      }
      assertThat(served(proxy, 40).keySet()).containsExactly("b5", "b6", "b7", "b8");
    }
  }

  /** Half of the zone is left of the 70 % that would suffice, so 5/7 of the requests stay. */
  @ParameterizedTest
  @MethodSource("algorithms")
  void shouldKeepInItsZoneWhatThatCanTake(Algorithm algorithm) {
    try (var proxy = proxyInZoneA()) {
      Configuration configuration =
          configuration(proxy, pool(algorithm, ZONES), "0a", "0a", "0b", "0b", "0b", "0");
      proxy.use(down(configuration, "b2"));

      Map<String, Long> served = served(proxy, 700);

      switch (algorithm) {
        case Algorithm.Hash _, Algorithm.Custom _ -> assertThat(served).as("one client").hasSize(1);
        case Algorithm.RoundRobin _,
            Algorithm.WeightedRoundRobin _,
            Algorithm.Random _,
            Algorithm.WeightedRandom _ -> {
          assertThat(served.keySet()).containsExactly("b1", "b3", "b4", "b5", "b6");
          assertThat(served.get("b1")).isCloseTo(500, within(60L));
          assertThat(served.get("b3")).isCloseTo(50, within(30L));
        }
        case Algorithm.LeastConnections _,
            Algorithm.WeightedLeastConnections _,
            Algorithm.PowerOfTwoChoices _,
            Algorithm.LeastResponseTime _,
            Algorithm.LeastLoad _ -> {
          assertThat(served.keySet()).contains("b1", "b3").doesNotContain("b2");
          assertThat(served.get("b1")).isBetween(300L, 690L);
        }
      }
      assertThat(proxy.backend("web", "b1").reason()).isEqualTo("healthy; zone a takes 71 %");
      assertThat(proxy.metric("ballast_proxy_pool_own_zone_ratio{pool=\"web\"}"))
          .isCloseTo(5 / 7.0, within(0.001));

      proxy.use(up(configuration, "b2"));
      assertThat(served(proxy, 50).keySet()).isSubsetOf("b1", "b2");
    }
  }

  @Test
  void shouldNotPreferAnyZoneWithoutOneOfItsOwn() {
    try (var proxy = Proxy.start()) {
      proxy.use(configuration(proxy, pool(new Algorithm.RoundRobin(), ZONES), "0a", "0b", "0c"));

      assertThat(served(proxy, 60).keySet()).containsExactly("b1", "b2", "b3");
    }
  }

  @Test
  void shouldShareOutALargePoolAmongLbServers() {
    var preference = new Preference(50, 0, 3);
    var fleet =
        new ProxySettings.Secrets(Optional.empty(), FleetSecrets.random(new SecureRandom()));
    var all = new ArrayList<String>();
    for (int ordinal = 0; ordinal < 2; ordinal++) {
      var place = new ProxySettings.Place("", ordinal);
      try (var proxy = Proxy.start(settings -> settings.withPlace(place).withSecrets(fleet))) {
        proxy.use(
            configuration(
                proxy, pool(new Algorithm.RoundRobin(), preference), "0", "0", "0", "0", "0", "0"));
        Map<String, Long> served = served(proxy, 60);
        assertThat(served).hasSize(3);
        all.addAll(served.keySet());
        assertThat(IntStream.rangeClosed(1, 6).mapToObj(i -> proxy.backend("web", "b" + i)))
            .filteredOn(backend -> !backend.eligible())
            .hasSize(3)
            .allMatch(one -> one.reason().equals("not in the subset of this LB server"));
      }
      stop();
      backends.clear();
    }
    assertThat(all).containsExactlyInAnyOrder("b1", "b2", "b3", "b4", "b5", "b6");
  }

  /** Those of the subset are down: others of it are asked, not others of the pool. */
  @Test
  void shouldPanicWithinItsSubset() {
    try (var proxy = Proxy.start()) {
      Configuration configuration =
          configuration(
              proxy,
              pool(new Algorithm.RoundRobin(), new Preference(50, 0, 2)),
              "0",
              "0",
              "0",
              "0");
      proxy.use(configuration);
      List<String> used = List.copyOf(served(proxy, 20).keySet());

      proxy.use(down(configuration, used.toArray(String[]::new)));

      assertThat(served(proxy, 20).keySet()).containsExactlyElementsOf(used);
      assertThat(proxy.metric("ballast_proxy_pool_panic{pool=\"web\"}")).isEqualTo(1);
    }
  }

  /** A session is where it is: that its zone or group is well again is no reason to lose it. */
  @Test
  void shouldLetAClientStayWithASpare() {
    var now = new AtomicReference<>(Instant.now());
    try (var proxy = Proxy.start(now::get)) {
      Pool pool =
          pool(new Algorithm.RoundRobin(), Preference.NONE).with(new Sticky.Header("x-stay"));
      Configuration configuration = down(configuration(proxy, pool, "0", "1"), "b1");
      proxy.use(configuration);
      try (var client = proxy.client()) {
        String token = client.get("/").read().field("x-stay");

        proxy.use(up(configuration, "b1"));
        now.updateAndGet(instant -> instant.plusSeconds(10));
        proxy.use(configuration);

        assertThat(client.get("/").read().text()).isEqualTo("b1");
        String request = HttpText.head("GET / HTTP/1.1", "Host: a", "X-Stay: " + token);
        assertThat(client.send(request).read().text()).isEqualTo("b2");
        proxy.use(down(configuration, "b2"));
        assertThat(client.send(request).read().text()).isEqualTo("b1");
      }
    }
  }

  /** They have been well all along, only not needed. */
  @Test
  void shouldNotStartSparesSlowly() {
    var now = new AtomicReference<>(Instant.now());
    try (var proxy = Proxy.start(now::get)) {
      Pool pool =
          pool(new Algorithm.RoundRobin(), Preference.NONE)
              .with(Resiliences.slowStart(Duration.ofSeconds(40), 1));
      Configuration configuration = configuration(proxy, pool, "0", "1", "1");
      proxy.use(configuration);
      now.updateAndGet(then -> then.plusSeconds(60));

      proxy.use(down(configuration, "b1"));

      assertThat(proxy.backend("web", "b2").reason()).isEqualTo("healthy");
      assertThat(served(proxy, 20)).containsEntry("b2", 10L).containsEntry("b3", 10L);
    }
  }

  /** Clients that ask one after the other, each of which must be answered with 200. */
  private record Load(
      AtomicBoolean isOver, AtomicLong answered, List<CompletableFuture<Void>> clients)
      implements AutoCloseable {
    static Load on(Proxy proxy) {
      var load = new Load(new AtomicBoolean(), new AtomicLong(), new ArrayList<>());
      for (int i = 0; i < 4; i++) {
        load.clients.add(CompletableFuture.runAsync(() -> load.ask(proxy)));
      }
      return load;
    }

    private void ask(Proxy proxy) {
      try (var client = proxy.client()) {
        while (!isOver.get()) {
          var answer = client.get("/").read();
          assertThat(answer.status()).as(answer.text()).isEqualTo(200);
          answered.incrementAndGet();
        }
      }
    }

    void awaitMore(long count) {
      long before = answered.get();
      await("requests")
          .atMost(PATIENCE)
          .until(
              () ->
                  answered.get() > before + count
                      || clients.stream().anyMatch(CompletableFuture::isDone));
    }

    @Override
    public void close() {
      isOver.set(true);
      CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)).join();
    }
  }
}
