package dev.ballast.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Algorithm;
import dev.ballast.model.Pool;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Algorithms that go by how long backends take and by what they say of themselves, at an LB server with real backends. */
class MeasuredAlgorithmsTest {
  private static final int REQUESTS = 400;

  private final List<TestBackend> backends = new ArrayList<>();

  @AfterEach
  void stop() {
    backends.forEach(TestBackend::close);
  }

  private static TestBackend answering(String answer, Duration after) {
    return TestBackend.running(
        conversation -> {
          while (conversation.readRequest() != null) {
            LockSupport.parkNanos(after.toNanos());
            conversation.write(answer);
          }
        });
  }

  private static String answer(String fields) {
    return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 2\r\n\r\nok";
  }

  private static String saying(String utilisation) {
    return answer("Endpoint-Load-Metrics: TEXT cpu_utilization=" + utilisation + "\r\n");
  }

  private Configuration configuration(Proxy proxy, Algorithm algorithm) {
    return Configuration.http(proxy.port(), backends.toArray(TestBackend[]::new))
        .put(pool("web", algorithm));
  }

  private static Pool pool(String name, Algorithm algorithm) {
    return new Pool(name, algorithm, Optional.empty(), Configuration.BRISK, 50);
  }

  private static String of(String metric, String backend) {
    return "ballast_proxy_backend_" + metric + "{backend=\"" + backend + "\",pool=\"web\"}";
  }

  private static void ask(Proxy proxy, int requests) {
    try (var client = proxy.client()) {
      for (int i = 0; i < requests; i++) {
        assertThat(client.get("/").read().status()).isEqualTo(200);
      }
    }
  }

  private int asked(int backend) {
    return backends.get(backend).heads().size();
  }

  @Test
  void shouldSendLittleToTheOneThatAnswersSlowly() {
    backends.add(answering(answer(""), Duration.ZERO));
    backends.add(answering(answer(""), Duration.ZERO));
    backends.add(answering(answer(""), Duration.ofMillis(20)));
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(2))) {
      proxy.use(configuration(proxy, new Algorithm.LeastResponseTime()));
      ask(proxy, REQUESTS);
      assertThat(proxy.metric(of("response_seconds", "b3"))).isBetween(0.01, 1.0);
      // One of nine draws finds nobody else.
      assertThat(asked(2)).isBetween(1, REQUESTS / 5);
      assertThat(asked(0)).isGreaterThan(REQUESTS / 5);
      assertThat(asked(1)).isGreaterThan(REQUESTS / 5);
    }
  }

  /** Learnt while the pool took turns, used when it goes by response times. */
  @Test
  void shouldKnowFromBeforeTheChangeWhoAnswersSlowly() {
    backends.add(answering(answer(""), Duration.ZERO));
    backends.add(answering(answer(""), Duration.ofMillis(30)));
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(1))) {
      Configuration configuration = configuration(proxy, new Algorithm.RoundRobin());
      proxy.use(configuration);
      ask(proxy, 20);
      assertThat(asked(1)).isEqualTo(10);

      proxy.use(
          configuration.put(
              pool("web", new Algorithm.LeastResponseTime(16, Duration.ofMinutes(1)))));
      ask(proxy, 100);
      assertThat(asked(1)).as("found alone by 16 draws of two: once in 65,536").isEqualTo(10);
    }
  }

  @Test
  void shouldNotTakeTheOneThatFailsFastForFast() {
    backends.add(answering(answer(""), Duration.ofMillis(2)));
    backends.add(
        answering("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", Duration.ZERO));
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(1))) {
      proxy.use(configuration(proxy, new Algorithm.LeastResponseTime(16, Duration.ofMinutes(1))));
      try (var client = proxy.client()) {
        for (int i = 0; i < REQUESTS; i++) {
          client.get("/").read();
        }
      }
      assertThat(asked(1)).isBetween(1, 5);
      assertThat(asked(0)).isGreaterThanOrEqualTo(REQUESTS - 5);
    }
  }

  @Test
  void shouldSendLittleToTheOneThatSaysItIsBusy() {
    backends.add(answering(saying("0.9"), Duration.ZERO));
    backends.add(answering(saying("0.2"), Duration.ZERO));
    backends.add(answering(saying("0.2"), Duration.ZERO));
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(2))) {
      proxy.use(configuration(proxy, new Algorithm.LeastLoad()));
      ask(proxy, REQUESTS);
      assertThat(asked(0)).isBetween(1, REQUESTS / 5);
      assertThat(proxy.metric(of("utilisation", "b1"))).isEqualTo(0.9);
    }
  }

  @Test
  void shouldHearOfLoadInATrailer() {
    String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n";
    String said = "Endpoint-Load-Metrics: JSON {\"cpu_utilization\": 0.%d}\r\n\r\n";
    backends.add(answering(chunked + said.formatted(9), Duration.ZERO));
    backends.add(answering(chunked + said.formatted(2), Duration.ZERO));
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(1))) {
      proxy.use(configuration(proxy, new Algorithm.LeastLoad(16, Duration.ofMinutes(1))));
      ask(proxy, REQUESTS);
      assertThat(asked(0)).isBetween(1, 5);
    }
  }

  /** The busy one says 0.9 in its head, the other 0.2 in its trailer. */
  @Test
  void shouldHearOfLoadAsGrpcServersSendIt() {
    String busy = "Endpoint-Load-Metrics-Bin: Cc3MzMzMzOw/\r\n";
    String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n";
    backends.add(answering(answer(busy), Duration.ZERO));
    backends.add(
        answering(chunked + "endpoint-load-metrics-bin: CZqZmZmZmck/\r\n\r\n", Duration.ZERO));
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(1))) {
      proxy.use(configuration(proxy, new Algorithm.LeastLoad(16, Duration.ofMinutes(1))));
      ask(proxy, REQUESTS);
      assertThat(asked(0)).isBetween(1, 5);
      assertThat(proxy.metric(of("utilisation", "b1"))).isEqualTo(0.9);
    }
  }

  /** Reports that nobody asked for, or that nobody can read, change nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1e3", "NaN", "0.5.5.5", "999999999999999999999999"})
  void shouldGoOnWithoutReports(String utilisation) {
    backends.add(answering(saying(utilisation), Duration.ZERO));
    backends.add(answering(answer(""), Duration.ZERO));
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(1))) {
      proxy.use(configuration(proxy, new Algorithm.LeastLoad()));
      ask(proxy, 100);
      assertThat(asked(0)).isBetween(25, 75);
    }
  }

  /** Of a stream it is the connect that counts: the one that refuses is asked once, and again when that has faded. */
  @Test
  void shouldLearnFromTheConnectsOfStreams() throws IOException {
    backends.add(TestBackend.echo());
    var gone = TestBackend.echo();
    gone.close();
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(1))) {
      proxy.use(
          Configuration.tcp(proxy.port(), backends.getFirst(), gone)
              .put(pool("cache", new Algorithm.LeastResponseTime(16, Duration.ofMinutes(1)))));
      for (int i = 0; i < 60; i++) {
        try (var client = proxy.client()) {
          client.send("ping");
          assertThat(client.in().readNBytes(4)).asString(US_ASCII).isEqualTo("ping");
        }
      }
      assertThat(
              proxy.metric("ballast_proxy_backend_requests_total{backend=\"b2\",pool=\"cache\"}"))
          .isBetween(1.0, 2.0);
    }
  }
}
