package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.AddressBlock;
import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.FleetSecrets;
import dev.ballast.model.Forwarding;
import dev.ballast.model.KeyTable;
import dev.ballast.model.Kind;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Pool;
import dev.ballast.model.RequestPart;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every algorithm of a pool, at an LB server with real backends. */
class AlgorithmsTest {
  private static final int LOOPS = 2;
  private static final int USERS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final ProxySettings.Secrets FLEET = keys();

  private final List<TestBackend> backends = new ArrayList<>();

  /** By a header that each request has another value of. */
  static List<Algorithm> all() {
    return Stream.concat(
            Algorithm.all().stream().filter(algorithm -> !(algorithm instanceof Algorithm.Hash)),
            Stream.of(
                byUser(new KeyTable.Maglev(KeyTable.Maglev.DEFAULT)),
                byUser(new KeyTable.RingHash(KeyTable.RingHash.DEFAULT)),
                byUser(new KeyTable.Rendezvous())))
        .toList();
  }

  private static Algorithm byUser(KeyTable over) {
    return new Algorithm.Hash(new RequestPart(RequestPart.Kind.HEADER, "x-user"), over, 0);
  }

  private static ProxySettings.Secrets keys() {
    return new ProxySettings.Secrets(Optional.empty(), FleetSecrets.random(new SecureRandom()));
  }

  private static int ask(RawClient client, int user) {
    return client
        .send(HttpText.head("GET / HTTP/1.1", "Host: a", "X-User: u" + user))
        .read()
        .status();
  }

  @AfterEach
  void stop() {
    backends.forEach(TestBackend::close);
  }

  private static Pool pool(Algorithm algorithm) {
    return new Pool("web", algorithm, Optional.empty(), Configuration.BRISK, 50);
  }

  private Configuration configuration(Proxy proxy, Algorithm algorithm) {
    return Configuration.http(proxy.port(), backends.toArray(TestBackend[]::new))
        .put(pool(algorithm));
  }

  private static double inFlight(Proxy proxy, String backend) {
    return proxy.metric(
        "ballast_proxy_backend_in_flight{backend=\"" + backend + "\",pool=\"web\"}");
  }

  @ParameterizedTest
  @MethodSource("all")
  void shouldReachAllBackends(Algorithm algorithm) {
    backends.addAll(TestBackend.named(3));
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(LOOPS));
        var client = proxy.use(configuration(proxy, algorithm)).client()) {
      for (int i = 0; i < 200; i++) {
        assertThat(ask(client, i)).isEqualTo(200);
      }
      assertThat(backends).allMatch(backend -> backend.heads().size() > 20);
    }
  }

  /** One step of a pool's life follows the other while requests come: none fails, and in the end nothing is in flight. */
  @Test
  void shouldChangeUnderLoadWithoutAFailure() {
    backends.addAll(TestBackend.named(4));
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(LOOPS))) {
      Configuration configuration = configuration(proxy, new Algorithm.RoundRobin());
      proxy.use(configuration);
      var isOver = new AtomicBoolean();
      var answered = new AtomicLong();
      var clients = new ArrayList<CompletableFuture<Void>>();
      for (int i = 0; i < 6; i++) {
        clients.add(CompletableFuture.runAsync(() -> ask(proxy, isOver, answered)));
      }
      for (int round = 0; round < 5; round++) {
        for (Algorithm algorithm : all()) {
          long before = answered.get();
          proxy.use(configuration.put(pool(algorithm)));
          await("requests")
              .atMost(PATIENCE)
              .until(
                  () ->
                      answered.get() > before + 100
                          || clients.stream().anyMatch(CompletableFuture::isDone));
        }
      }
      isOver.set(true);
      CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)).join();
      for (int i = 1; i <= backends.size(); i++) {
        assertThat(inFlight(proxy, "b" + i)).isZero();
      }
    }
  }

  private static void ask(Proxy proxy, AtomicBoolean isOver, AtomicLong answered) {
    try (var client = proxy.client()) {
      while (!isOver.get()) {
        assertThat(ask(client, answered.intValue())).isEqualTo(200);
        answered.incrementAndGet();
      }
    }
  }

  /** The same user to the same backend, at either LB server, as long as that may be picked; and back again. */
  @ParameterizedTest
  @MethodSource("tables")
  void shouldKeepAUserAtItsBackend(KeyTable over) {
    backends.addAll(TestBackend.named(5));
    try (var first = Proxy.start(settings -> settings.withEventLoops(LOOPS).withSecrets(FLEET));
        var second = Proxy.start(settings -> settings.withEventLoops(1).withSecrets(FLEET))) {
      Configuration atFirst = configuration(first, byUser(over));
      first.use(atFirst);
      second.use(configuration(second, byUser(over)));
      List<String> before = backendsOfUsers(first);
      assertThat(backendsOfUsers(first)).isEqualTo(before);
      assertThat(backendsOfUsers(second)).isEqualTo(before);

      first.use(atFirst.backend("web", "b2", backends.get(1).address(), AdminState.DRAINING));
      List<String> without = backendsOfUsers(first);
      for (int user = 0; user < USERS; user++) {
        if (before.get(user).equals("b2")) {
          assertThat(without.get(user)).isNotEqualTo("b2");
        } else {
          assertThat(without.get(user)).isEqualTo(before.get(user));
        }
      }
      first.use(atFirst.backend("web", "b2", backends.get(1).address(), AdminState.ENABLED));
      assertThat(backendsOfUsers(first)).isEqualTo(before);
      assertThat(before.stream().distinct()).hasSize(5);
    }
  }

  /** Nobody who does not know the fleet's keys can tell which keys meet at one backend. */
  @ParameterizedTest
  @MethodSource("tables")
  void shouldPlaceUsersByTheFleetsSeed(KeyTable over) {
    backends.addAll(TestBackend.named(5));
    try (var first = Proxy.start(settings -> settings.withSecrets(FLEET));
        var second = Proxy.start(settings -> settings.withSecrets(keys()))) {
      first.use(configuration(first, byUser(over)));
      second.use(configuration(second, byUser(over)));
      List<String> ofFirst = backendsOfUsers(first);
      List<String> ofSecond = backendsOfUsers(second);
      long alike =
          IntStream.range(0, USERS).filter(i -> ofFirst.get(i).equals(ofSecond.get(i))).count();
      assertThat(alike).as("one of five by chance").isBetween(5L, 40L);
    }
  }

  /** A trusted proxy in front has one address for all its clients; they are told apart by whom it names. */
  @Test
  void shouldHashTheClientThatATrustedProxyNames() {
    backends.addAll(TestBackend.named(5));
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(LOOPS))) {
      Configuration configuration = configuration(proxy, new Algorithm.Hash());
      proxy.use(configuration);
      assertThat(backendsOfClients(proxy)).as("nobody is trusted").hasSize(1);

      var trusting =
          new Forwarding(
              List.of(AddressBlock.parse("127.0.0.0/8")), Forwarding.Style.X_FORWARDED, "");
      var policy =
          new LoadBalancer.HttpPolicy(trusting, List.of(), Optional.empty(), Optional.empty());
      proxy.use(configuration.put(configuration.loadBalancer("web").with(policy)));
      assertThat(backendsOfClients(proxy)).hasSize(5);
    }
  }

  private static Set<String> backendsOfClients(Proxy proxy) {
    var found = new HashSet<String>();
    try (var client = proxy.client()) {
      for (int i = 0; i < USERS; i++) {
        String from = "X-Forwarded-For: 192.0.2." + i;
        found.add(client.send(HttpText.head("GET / HTTP/1.1", "Host: a", from)).read().text());
      }
    }
    return found;
  }

  static Stream<KeyTable> tables() {
    return Stream.of(
        new KeyTable.Maglev(KeyTable.Maglev.DEFAULT),
        new KeyTable.RingHash(KeyTable.RingHash.DEFAULT),
        new KeyTable.Rendezvous());
  }

  private static List<String> backendsOfUsers(Proxy proxy) {
    try (var client = proxy.client()) {
      return IntStream.range(0, USERS)
          .mapToObj(
              user ->
                  client
                      .send(HttpText.head("GET / HTTP/1.1", "Host: a", "X-User: u" + user))
                      .read()
                      .text())
          .toList();
    }
  }

  /** Two of three are busy with requests that began under another algorithm: they count all the same. */
  @Test
  void shouldKnowWhatBeganBeforeTheChange() {
    var mayAnswer = new Semaphore(0);
    backends.add(holding(mayAnswer));
    backends.add(holding(mayAnswer));
    backends.add(TestBackend.named("free"));
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(1))) {
      Configuration configuration =
          configuration(proxy, new Algorithm.RoundRobin()).without(Kind.BACKEND, "web/b3");
      proxy.use(configuration);
      try (var one = proxy.client();
          var other = proxy.client();
          var third = proxy.client()) {
        one.get("/");
        other.get("/");
        await()
            .atMost(PATIENCE)
            .until(() -> inFlight(proxy, "b1") == 1 && inFlight(proxy, "b2") == 1);

        proxy.use(
            configuration
                .put(pool(new Algorithm.LeastConnections()))
                .backend("web", "b3", backends.get(2).address(), 1));
        for (int i = 0; i < 20; i++) {
          assertThat(third.get("/").read().text()).isEqualTo("free");
        }
        mayAnswer.release(2);
        assertThat(one.read().status()).isEqualTo(200);
        assertThat(other.read().status()).isEqualTo(200);
      }
    }
  }

  private static TestBackend holding(Semaphore mayAnswer) {
    return TestBackend.running(
        conversation -> {
          while (conversation.readRequest() != null) {
            mayAnswer.acquireUninterruptibly();
            conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
          }
        });
  }
}
