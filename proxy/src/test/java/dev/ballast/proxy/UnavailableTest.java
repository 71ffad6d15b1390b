package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Retries;
import dev.ballast.model.StatusRange;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
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
        int before = bad.connections();
        client.send("PUT /x HTTP/1.1\r\nHost: any.test\r\nContent-Length: 10\r\n\r\nhello");
        await().until(() -> bad.connections() == before + 1 || good.connections() > 0);
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
}
