package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.AdminState;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an LB server says of backends that it has heard from, and of those that it has taken out. */
class ObservationsTest {
  private static final int MOST = 256;
  private static final long MINUTE_MILLIS = 60_000;
  private static final int BLOCK = 64 * 1024;
  private static final String LONGEST = "x".repeat(63);

  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  private HttpResponse<String> ask(List<String> names) {
    return proxy.admin(
        "/observations?"
            + names.stream().map(name -> "of=" + name).collect(Collectors.joining("&")));
  }

  private JsonNode observed(String... names) {
    HttpResponse<String> answer = ask(List.of(names));
    assertThat(answer.statusCode()).isEqualTo(200);
    return JsonMapper.shared().readTree(answer.body());
  }

  /** How long ago the last good answer came, in milliseconds; -1 if there was none. */
  private long good(String name) {
    return observed(name).path("good").path(name).asLong(-1);
  }

  @Test
  void shouldTellHowLongAgoEachBackendGaveAGoodAnswer() {
    try (var backend = TestBackend.named("one");
        var client = proxy.use(Configuration.http(proxy.port(), backend)).client()) {
      assertThat(observed("web/b1").path("good")).isEmpty();
      client.get("/").read();

      await()
          .untilAsserted(
              () -> {
                JsonNode observed = observed("web/b1", "web/b2", "none/b1");
                assertThat(observed.path("good").propertyNames()).containsExactly("web/b1");
                assertThat(observed.at("/good/web~1b1").asLong()).isBetween(0L, MINUTE_MILLIS);
                assertThat(observed.path("instance").asString())
                    .isEqualTo(proxy.server().report().instance());
                assertThat(observed.path("ejected")).isEmpty();
              });
      long since = good("web/b1");
      await().until(() -> good("web/b1") > since);
    }
  }

  @Test
  void shouldFindEachOfAPoolsBackends() {
    List<TestBackend> backends = TestBackend.named(12);
    proxy.use(Configuration.http(proxy.port(), backends.toArray(TestBackend[]::new)));
    List<String> names = IntStream.rangeClosed(1, 12).mapToObj(i -> "web/b" + i).toList();
    try (var client = proxy.client()) {
      await()
          .untilAsserted(
              () -> {
                client.get("/").read();
                assertThat(observed(names.toArray(String[]::new)).path("good").propertyNames())
                    .containsExactlyElementsOf(names);
              });
    }
    backends.forEach(TestBackend::close);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "hello",
        ""
      })
  void shouldNotTakeAnAnswerForGoodThatEjectionTakesForAFailure(String answer) throws IOException {
    try (var backend =
            TestBackend.running(
                conversation -> {
                  conversation.readRequest();
                  conversation.write(answer);
                });
        var client = proxy.use(Configuration.http(proxy.port(), backend)).client()) {
      client.send(
          "POST / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      assertThat(client.readToItsEnd()).isNotNull();
      await().until(() -> proxy.backend("web", "b1").inFlight() == 0);

      assertThat(proxy.backend("web", "b1").requests()).isEqualTo(1);
      assertThat(good("web/b1")).isEqualTo(-1);
    }
  }

  @Test
  void shouldNotTakeAnAnswerForGoodBeforeItHasCome() throws IOException {
    var rest = new CountDownLatch(1);
    try (var backend =
            TestBackend.running(
                conversation -> {
                  conversation.readRequest();
                  conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
                  awaitOpen(rest);
                  conversation.write("b");
                  conversation.in().read();
                });
        var client = proxy.use(Configuration.http(proxy.port(), backend)).client()) {
      client.get("/").readHead();
      assertThat(good("web/b1")).isEqualTo(-1);

      rest.countDown();

      assertThat(client.in().readNBytes(2)).hasSize(2);
      await().until(() -> good("web/b1") >= 0);
    }
  }

  private static void awaitOpen(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldNotTakeAConnectionForAnAnswer() throws IOException {
    try (var silent = TestBackend.running(conversation -> conversation.in().read());
        var client = proxy.use(Configuration.tcp(proxy.port(), silent)).client()) {
      await().until(() -> silent.connections() == 1);
      assertThat(good("cache/b1")).isEqualTo(-1);

      client.send("x").endOutput();

      assertThat(client.isEnded()).isTrue();
      await().until(() -> proxy.backend("cache", "b1").inFlight() == 0);
      assertThat(good("cache/b1")).isEqualTo(-1);
    }
  }

  @Test
  void shouldTakeBytesOfAStreamForAnAnswer() throws IOException {
    try (var backend = TestBackend.echo();
        var client = proxy.use(Configuration.tcp(proxy.port(), backend)).client()) {
      client.send("x");
      assertThat(client.in().read()).isEqualTo('x');

      await().until(() -> good("cache/b1") >= 0);
    }
  }

  @Test
  void shouldTakeBytesAfterASwitchForAnAnswer() throws IOException {
    try (var backend =
            TestBackend.running(
                conversation -> {
                  conversation.readRequest();
                  conversation.write(
                      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");
                  conversation.in().transferTo(conversation.out());
                });
        var client = proxy.use(Configuration.http(proxy.port(), backend)).client()) {
      client.send("GET / HTTP/1.1\r\nHost: a.test\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
      client.readHead();
      assertThat(good("web/b1")).isEqualTo(-1);

      client.send("x");

      assertThat(client.in().read()).isEqualTo('x');
      await().until(() -> good("web/b1") >= 0);
    }
  }

  /** A backend that has frozen would seem alive for as long as a slow client takes what it had sent before. */
  @Test
  void shouldNotTakeBytesForAnAnswerThatHaveWaitedForASlowClient() throws IOException {
    var written = new AtomicLong();
    try (var backend = TestBackend.running(conversation -> pour(conversation, written))) {
      proxy.use(Configuration.tcp(proxy.port(), backend));
      try (var client = RawClient.to(proxy.port(), BLOCK)) {
        Standstill.awaitOf(written, proxy, 1);
        long since = good("cache/b1");
        double pauses = proxy.metric("ballast_proxy_read_pauses_total");
        while (proxy.metric("ballast_proxy_read_pauses_total") < pauses + 2) {
          assertThat(client.in().readNBytes(BLOCK)).hasSize(BLOCK);
        }

        assertThat(good("cache/b1")).isGreaterThanOrEqualTo(since);
      }
    }
  }

  private static void pour(TestBackend.Conversation conversation, AtomicLong written)
      throws IOException {
    var block = new byte[BLOCK];
    while (true) {
      conversation.out().write(block);
      written.addAndGet(block.length);
    }
  }

  @Test
  void shouldTellWhomEjectionHasTakenOut() {
    try (var bad = TestBackend.answering("HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n");
        var good = TestBackend.named("good")) {
      Configuration configuration =
          Configuration.http(proxy.port(), bad, good)
              .resilient("web", Resiliences.ejection(2, Duration.ofMinutes(1)));
      proxy.use(configuration);
      try (var client = proxy.client()) {
        await()
            .untilAsserted(
                () -> {
                  client.get("/").read();
                  assertThat(observed().path("ejected").valueStream().map(JsonNode::asString))
                      .containsExactly("web/b1");
                });
      }

      proxy.use(configuration.backend("web", "b1", bad.address(), AdminState.DISABLED));

      assertThat(observed().path("ejected")).as("of those that could serve").isEmpty();
    }
  }

  @Test
  void shouldAnswerForSoManyBackendsAtATimeAndNoMore() {
    proxy.use(Configuration.http(proxy.port()));
    String longest = LONGEST + "%2F" + LONGEST;

    assertThat(ask(Collections.nCopies(MOST, longest)).statusCode()).isEqualTo(200);
    assertThat(ask(Collections.nCopies(MOST + 1, longest)))
        .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(400))
        .satisfies(
            answer ->
                assertThat(answer.body())
                    .isEqualTo("257 backends are asked for: at most 256 at a time\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"web", "web/", "/b1", ""})
  void shouldSayWhatIsNoBackend(String name) {
    proxy.use(Configuration.http(proxy.port()));

    assertThat(ask(List.of("web/b1", name)))
        .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(400))
        .satisfies(
            answer -> assertThat(answer.body()).isEqualTo("of=" + name + " is not POOL/BACKEND\n"));
  }
}
