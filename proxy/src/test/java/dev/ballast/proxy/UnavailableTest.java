package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Algorithm;
import dev.ballast.model.Pool;
import dev.ballast.model.Retries;
import dev.ballast.model.StatusRange;
import dev.ballast.model.Sticky;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that say that a backend can't serve now, in place of which another one's is asked for. */
@ParameterizedClass
@MethodSource("dev.ballast.proxy.Transports#available")
class UnavailableTest {
  private final Proxy proxy;

  UnavailableTest(TransportKind transport) {
    proxy = Proxy.start(settings -> settings.withTransport(transport));
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private RawClient clientOf(Retries retries, TestBackend... backends) {
    return proxy
        .use(
            Configuration.http(proxy.port(), backends)
                .pool("web", Patience.LONG, Resiliences.retries(retries)))
        .client();
  }

  private RawClient clientOf(TestBackend... backends) {
    return clientOf(Retries.defaults(), backends);
  }

  private double answers(String backend, String ofClass) {
    return proxy.metric(
        "ballast_proxy_backend_answers_total{backend=\"%s\",class=\"%s\",pool=\"web\"}"
            .formatted(backend, ofClass));
  }

  private static String request(String method, int bodyBytes) {
    return method
        + " /x HTTP/1.1\r\nHost: any.test\r\nContent-Length: "
        + bodyBytes
        + "\r\n\r\n"
        + "b".repeat(bodyBytes);
  }

  /** Answers everything with this status, and keeps the connection. */
  private static TestBackend answering(int status, AtomicInteger seen) {
    return TestBackend.running(
        conversation -> {
          while (conversation.readRequest() != null) {
            seen.incrementAndGet();
            conversation.write("HTTP/1.1 " + status + " Sorry\r\nContent-Length: 5\r\n\r\nsorry");
          }
        });
  }

  private static Retries on(StatusRange... statuses) {
    return new Retries(1, 20, 3, List.of(statuses));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 60_000})
  void shouldAskAnotherBackendWhenOneIsUnavailable(int bodyBytes) {
    var seen = new AtomicInteger();
    try (var bad = answering(503, seen);
        var good = TestBackend.named("good");
        var client = clientOf(bad, good)) {
      for (int i = 0; i < 10; i++) {
        assertThat(client.send(request("PUT", bodyBytes)).read().text()).isEqualTo("good");
      }
      assertThat(seen).hasValue(5);
      assertThat(proxy.metric("ballast_proxy_retries_total")).isEqualTo(5);
      assertThat(proxy.metric("ballast_proxy_pool_retrying{pool=\"web\"}")).isZero();
      assertThat(bad.connections()).as("one, which goes on").isEqualTo(1);
      assertThat(answers("b1", "5xx")).as("counted all the same").isEqualTo(5);
      assertThat(answers("b2", "2xx")).isEqualTo(10);
    }
  }

  /** What is still to come of the request goes to the other backend. */
  @Test
  void shouldAskAnotherBackendWhenOneIsUnavailableBeforeItHasTheRequest() {
    try (var bad =
            TestBackend.running(
                conversation -> {
                  conversation.readHead();
                  conversation.write("HTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n");
                  conversation.in().transferTo(OutputStream.nullOutputStream());
                });
        var good = TestBackend.echoing();
        var client = clientOf(bad, good)) {
      for (int i = 0; i < 4; i++) {
        int asked = i + 1;
        client.send("PUT /x HTTP/1.1\r\nHost: any.test\r\nContent-Length: 10\r\n\r\nhello");
        await().until(() -> good.heads().size() == asked);
        assertThat(client.send("world").read().text()).isEqualTo("helloworld");
      }
      assertThat(proxy.metric("ballast_proxy_retries_total")).isGreaterThanOrEqualTo(1);
    }
  }

  @Test
  void shouldPassOnA503ThatNoOtherBackendCanBeAskedInPlaceOf() {
    var seen = new AtomicInteger();
    try (var bad = answering(503, seen);
        var client = clientOf(bad)) {
      assertThat(client.get("/").read().text()).isEqualTo("sorry");
      assertThat(seen).hasValue(1);
    }
  }

  @Test
  void shouldPassOnTheLastAnswerWhenAllAreUnavailable() {
    var seen = new AtomicInteger();
    try (var one = answering(503, seen);
        var two = answering(503, seen);
        var three = answering(503, seen);
        var client = clientOf(new Retries(5, 20, 3), one, two, three)) {
      assertThat(client.get("/").read().text()).isEqualTo("sorry");
      assertThat(seen).as("each of them once").hasValue(3);
    }
  }

  @Test
  void shouldEjectABackendThatIsUnavailableAgainAndAgain() {
    var seen = new AtomicInteger();
    try (var bad = answering(503, seen);
        var good = TestBackend.named("good")) {
      proxy.use(
          Configuration.http(proxy.port(), bad, good)
              .pool("web", Patience.LONG, Resiliences.ejection(3, Duration.ofMinutes(1))));
      try (var client = proxy.client()) {
        await()
            .until(
                () -> {
                  assertThat(client.get("/").read().text()).isEqualTo("good");
                  return proxy.admin("/observations").body().contains("\"ejected\":[\"web/b1\"]");
                });
      }
      assertThat(seen).hasValueGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void shouldPassOnA503ToAPost() {
    try (var bad = answering(503, new AtomicInteger());
        var client = clientOf(bad, bad)) {
      assertThat(client.send(request("POST", 5)).read().status()).isEqualTo(503);
      assertThat(proxy.metric("ballast_proxy_retries_total")).isZero();
    }
  }

  @Test
  void shouldAskAnotherBackendForTheStatusesThatItIsTold() {
    var seen = new AtomicInteger();
    try (var full = answering(429, seen);
        var good = TestBackend.named("good");
        var client = clientOf(on(new StatusRange(425, 429)), full, good)) {
      for (int i = 0; i < 4; i++) {
        assertThat(client.get("/").read().text()).isEqualTo("good");
      }
      assertThat(seen).hasValue(2);
      assertThat(answers("b1", "4xx")).isEqualTo(2);
    }
  }

  @Test
  void shouldPassOnEveryAnswerWhereItIsToldSo() {
    var seen = new AtomicInteger();
    try (var one = answering(503, seen);
        var two = answering(503, seen);
        var client = clientOf(on(), one, two)) {
      assertThat(client.get("/").read().status()).isEqualTo(503);
      assertThat(seen).hasValue(1);
    }
  }

  @Test
  void shouldPassOnA503WhenTheBudgetIsUsedUp() {
    try (var bad = answering(503, new AtomicInteger());
        var worse = answering(503, new AtomicInteger());
        var client = clientOf(new Retries(1, 0, 0), bad, worse)) {
      assertThat(client.get("/").read().text()).isEqualTo("sorry");
      assertThat(proxy.metric("ballast_proxy_retries_over_budget_total")).isEqualTo(1);
    }
  }

  /** Says no, in this way, and waits for the end of the connection. */
  private static TestBackend saying(String answer) {
    return TestBackend.running(
        conversation -> {
          while (conversation.readRequest() != null) {
            conversation.write(answer);
          }
        });
  }

  /** Whatever its rest is like: short or long, late or without an end. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 0\r\n\r\n",
        "Content-Length: 5\r\n\r\n",
        "Content-Length: 16385\r\n\r\n",
        "Content-Length: 5\r\nConnection: close\r\n\r\nsorry",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nsorry\r\n0\r\nA: b\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nsorry\r\n4000\r\nmuch",
        "Transfer-Encoding: chunked\r\n\r\nwrong",
        "Content-Length: 5\r\n\r\nsorry, and more than that",
        "\r\nuntil the end",
      })
  void shouldNotMindTheRestOfAnAnswerThatItDoesNotPassOn(String rest) {
    try (var bad = saying("HTTP/1.1 503 Sorry\r\n" + rest);
        var good = TestBackend.named("good");
        var client = clientOf(bad, good)) {
      for (int i = 0; i < 6; i++) {
        assertThat(client.get("/").read().text()).isEqualTo("good");
      }
      await()
          .atMost(Duration.ofSeconds(5))
          .until(
              () ->
                  proxy.metric("ballast_proxy_pool_connections{pool=\"web\"}")
                          == bad.openConnections() + good.openConnections()
                      && bad.openConnections() <= 1);
      assertThat(proxy.metric("ballast_proxy_pool_in_flight{pool=\"web\"}")).isZero();
    }
  }

  @Test
  void shouldReadNoRestOfAnAnswerToHead() {
    var seen = new AtomicInteger();
    try (var bad = saying("HTTP/1.1 503 Sorry\r\nContent-Length: 5\r\n\r\n");
        var good = saying("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        var client = clientOf(bad, good)) {
      for (int i = 0; i < 6; i++) {
        client.send("HEAD /x HTTP/1.1\r\nHost: any.test\r\n\r\n");
        assertThat(client.read(false).status()).isEqualTo(200);
        seen.incrementAndGet();
      }
      assertThat(seen).hasValue(6);
      assertThat(bad.connections()).isEqualTo(1);
    }
  }

  @Test
  void shouldLetPipelinedRequestsHaveTheirAnswersInTurn() {
    try (var bad = answering(503, new AtomicInteger());
        var good = TestBackend.named("good");
        var client = clientOf(bad, good)) {
      client.send(request("GET", 0).repeat(8));
      for (int i = 0; i < 8; i++) {
        assertThat(client.read().text()).isEqualTo("good");
      }
    }
  }

  /** What has begun with an interim answer is this backend's. */
  @Test
  void shouldPassOnA503BehindAnInterimAnswer() {
    try (var bad =
            saying("HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n");
        var client = clientOf(bad, bad)) {
      assertThat(client.get("/").read().status()).isEqualTo(103);
      assertThat(client.read().status()).isEqualTo(503);
    }
  }

  @Test
  void shouldAskAnotherBackendBeforeTheClientHasBeenToldToGoOn() {
    try (var bad =
            TestBackend.running(
                conversation -> {
                  while (conversation.readHead() != null) {
                    conversation.write("HTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n");
                  }
                });
        var good = TestBackend.echoing();
        var client = clientOf(bad, good)) {
      for (int i = 0; i < 4; i++) {
        int asked = i + 1;
        client.send(
            "PUT /x HTTP/1.1\r\nHost: any.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        await().until(() -> good.heads().size() == asked);
        assertThat(client.send("hello").read().text()).isEqualTo("hello");
      }
    }
  }

  /** A session is not given up for one answer. */
  @Test
  void shouldPassOnA503ToAClientThatStaysWithTheBackend() {
    var isWell = new AtomicBoolean(true);
    try (var one = sometimes(isWell);
        var two = sometimes(isWell)) {
      proxy.use(
          Configuration.http(proxy.port(), one, two)
              .put(
                  new Pool("web", new Algorithm.RoundRobin(), Optional.empty(), Patience.LONG, 50)
                      .with(new Sticky.Cookie("stay", "/", Duration.ZERO, false))));
      try (var client = proxy.client()) {
        String told = client.get("/").read().field("Set-Cookie");
        String cookie = told.substring(0, told.indexOf(';'));
        isWell.set(false);
        String again = "GET / HTTP/1.1\r\nHost: any.test\r\nCookie: " + cookie + "\r\n\r\n";
        var answer = client.send(again).read();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.field("Set-Cookie")).isNull();
      }
      assertThat(proxy.metric("ballast_proxy_retries_total")).isZero();
    }
  }

  private static TestBackend sometimes(AtomicBoolean isWell) {
    return TestBackend.running(
        conversation -> {
          while (conversation.readRequest() != null) {
            conversation.write(
                "HTTP/1.1 "
                    + (isWell.get() ? 200 : 503)
                    + " As it is\r\nContent-Length: 0\r\n\r\n");
          }
        });
  }
}
