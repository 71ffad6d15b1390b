package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Algorithm;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Pool;
import dev.ballast.model.Pool.Resilience;
import dev.ballast.model.Timeouts;
import dev.ballast.model.Verdict;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tries that fail, and the tries that follow them. */
@ParameterizedClass
@MethodSource("dev.ballast.proxy.Transports#available")
class RetriesTest {
  private static final String POST =
      "POST / HTTP/1.1\r\nHost: any.test\r\nContent-Length: 5\r\n\r\nhello";
  private final Proxy proxy;

  RetriesTest(TransportKind transport) {
    proxy = Proxy.start(settings -> settings.withTransport(transport));
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private RawClient clientOf(Resilience resilience, TestBackend... backends) {
    return clientOf(Patience.LONG, resilience, backends);
  }

  private RawClient clientOf(Timeouts timeouts, Resilience resilience, TestBackend... backends) {
    return proxy
        .use(Configuration.http(proxy.port(), backends).pool("web", timeouts, resilience))
        .client();
  }

  private RawClient clientOf(TestBackend... backends) {
    return clientOf(Resiliences.retries(1, 20, 3), backends);
  }

  /** Takes requests whole, and hangs up on each. */
  private static TestBackend hangingUp(AtomicInteger seen) {
    return TestBackend.running(
        conversation -> {
          if (conversation.readRequest() != null) {
            seen.incrementAndGet();
          }
        });
  }

  private static String request(String method, int bodyBytes) {
    String length = bodyBytes == 0 ? "" : "Content-Length: " + bodyBytes + "\r\n";
    return method + " /x HTTP/1.1\r\nHost: any.test\r\n" + length + "\r\n" + "b".repeat(bodyBytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "OPTIONS", "TRACE", "PUT", "DELETE"})
  void shouldGoToAnotherBackendWhenOneHangsUp(String method) {
    var seen = new AtomicInteger();
    try (var bad = hangingUp(seen);
        var good = TestBackend.named("good");
        var client = clientOf(bad, good)) {
      for (int i = 0; i < 10; i++) {
        assertThat(client.send(request(method, 0)).read().text()).isEqualTo("good");
      }
      assertThat(seen).hasValueGreaterThanOrEqualTo(4);
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2000", "3000", "60000"})
  void shouldSendABufferedBodyOnceMore(int bytes) {
    var seen = new AtomicInteger();
    try (var bad = hangingUp(seen);
        var good = TestBackend.echoing();
        var client = clientOf(bad, good)) {
      for (int i = 0; i < 6; i++) {
        assertThat(client.send(request("PUT", bytes)).read().text()).isEqualTo("b".repeat(bytes));
      }
      assertThat(seen).hasValueGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void shouldSendABodyInChunksOnceMoreThatComesInPieces() {
    var seen = new AtomicInteger();
    try (var bad = hangingUp(seen);
        var good = TestBackend.echoing();
        var client = clientOf(bad, good)) {
      for (int i = 0; i < 4; i++) {
        client.send("PUT /x HTTP/1.1\r\nHost: any.test\r\nTransfer-Encoding: chunked\r\n\r\n");
        client.send("5\r\nhello\r\n").send("3000\r\n" + "c".repeat(0x3000) + "\r\n");
        assertThat(client.send("0\r\n\r\n").read().text()).isEqualTo("hello" + "c".repeat(0x3000));
      }
      assertThat(seen).hasValueGreaterThanOrEqualTo(1);
    }
  }

  @Test
  void shouldNotSendABodyOnceMoreThatWasTooLargeToKeep() {
    var seen = new AtomicInteger();
    try (var bad = hangingUp(seen);
        var client = clientOf(bad)) {
      assertThat(client.send(request("PUT", 70_000)).read().field("Ballast-Reason"))
          .isEqualTo("closed-unanswered");
      assertThat(seen).hasValue(1);
      assertThat(proxy.metric("ballast_proxy_replays_given_up_total")).isEqualTo(1);
    }
  }

  @Test
  void shouldNotSendAPostOnceMoreThatABackendMayHaveSeen() {
    var seen = new AtomicInteger();
    try (var bad = hangingUp(seen);
        var client = clientOf(bad)) {
      assertThat(client.send(POST).read().field("Ballast-Reason")).isEqualTo("closed-unanswered");
      assertThat(seen).hasValue(1);
      assertThat(proxy.metric("ballast_proxy_retries_total")).isZero();
    }
  }

  @Test
  void shouldGoToAnotherBackendWhenAnAnswerBreaksOffInItsHead() {
    try (var bad =
            TestBackend.running(
                conversation -> {
                  conversation.readRequest();
                  conversation.write("HTTP/1.1 200 OK\r\nContent-Le");
                });
        var good = TestBackend.named("good");
        var client = clientOf(bad, good)) {
      for (int i = 0; i < 4; i++) {
        assertThat(client.get("/").read().text()).isEqualTo("good");
      }
    }
  }

  @Test
  void shouldGoToAnotherBackendWhenOneIsSilent() {
    try (var bad = TestBackend.silent();
        var good = TestBackend.named("good");
        var client =
            clientOf(Patience.firstByte(2_000), Resiliences.retries(1, 20, 3), bad, good)) {
      for (int i = 0; i < 4; i++) {
        assertThat(client.get("/").read().text()).isEqualTo("good");
      }
      await().until(() -> bad.openConnections() == 0);
      assertThat(proxy.backend("web", "b1").failures()).isGreaterThanOrEqualTo(1);
      assertThat(proxy.backend("web", "b2").failures()).isZero();
    }
  }

  @Test
  void shouldNotTryTheSameBackendAgainThatIsSilent() {
    try (var bad = TestBackend.silent();
        var client = clientOf(Patience.firstByte(300), Resiliences.retries(1, 20, 3), bad)) {
      assertThat(client.get("/").read().field("Ballast-Reason")).isEqualTo("first-byte-timeout");
      assertThat(bad.connections()).isEqualTo(1);
    }
  }

  @Test
  void shouldNotTryAgainWhenThatIsTurnedOff() {
    var seen = new AtomicInteger();
    try (var bad = hangingUp(seen);
        var worse = hangingUp(seen);
        var client = clientOf(Resiliences.retries(0, 20, 3), bad, worse)) {
      assertThat(client.get("/").read().status()).isEqualTo(502);
      assertThat(seen).hasValue(1);
    }
  }

  @Test
  void shouldTryAsOftenAsItIsTold() {
    var seen = new AtomicInteger();
    try (var one = hangingUp(seen);
        var two = hangingUp(seen);
        var three = hangingUp(seen);
        var client = clientOf(Resiliences.retries(5, 20, 3), one, two, three)) {
      assertThat(client.get("/").read().field("Ballast-Reason")).isEqualTo("closed-unanswered");
      assertThat(seen).as("three backends, and all over again").hasValue(6);
      assertThat(proxy.metric("ballast_proxy_retries_total")).isEqualTo(5);
      assertThat(proxy.metric("ballast_proxy_pool_retrying{pool=\"web\"}")).isZero();
    }
  }

  @Test
  void shouldNotTryAgainBeyondTheBudget() throws Exception {
    var isOver = new CountDownLatch(1);
    var held = new AtomicInteger();
    try (var bad =
            TestBackend.running(
                conversation -> {
                  conversation.readRequest();
                  held.incrementAndGet();
                  awaitQuietly(isOver);
                });
        var client = clientOf(Resiliences.retries(1, 0, 2), bad)) {
      List<RawClient> clients = new ArrayList<>(List.of(client));
      for (int i = 0; i < 5; i++) {
        clients.add(proxy.client());
      }
      clients.forEach(each -> each.get("/"));
      await().until(() -> held.get() == 6);
      isOver.countDown();
      for (RawClient each : clients) {
        assertThat(each.read().status()).isEqualTo(502);
        each.close();
      }
      assertThat(proxy.metric("ballast_proxy_retries_total")).isBetween(2.0, 5.0);
      assertThat(
              proxy.metric("ballast_proxy_retries_total")
                  + proxy.metric("ballast_proxy_retries_over_budget_total"))
          .isEqualTo(6);
    }
  }

  /** A backend that hangs teaches nobody to be patient with it, and a budget that is used up holds up nobody for long. */
  @Test
  void shouldNotBeHeldUpByABackendThatHangs() {
    var hangs = new AtomicBoolean();
    try (var bad = hangingWhen(hangs);
        var good = TestBackend.named("good");
        var client = clientOf(Resiliences.retries(1, 20, 3), bad, good)) {
      for (int i = 0; i < 600; i++) {
        client.get("/").read();
      }
      hangs.set(true);
      for (int wave = 0; wave < 2; wave++) {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
          clients.add(proxy.client().get("/"));
        }
        long beginNanos = System.nanoTime();
        for (RawClient each : clients) {
          assertThat(each.read().text()).isEqualTo("good");
          each.close();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - beginNanos))
            .as("wave %d", wave)
            .isBetween(Duration.ofMillis(900), Duration.ofMillis(2_900));
      }
      assertThat(proxy.metric("ballast_proxy_retries_over_budget_total"))
          .as("counted once for each exchange")
          .isBetween(1.0, 60.0);
    }
  }

  private static TestBackend hangingWhen(AtomicBoolean hangs) {
    return TestBackend.running(
        conversation -> {
          while (conversation.readRequest() != null) {
            if (hangs.get()) {
              conversation.in().transferTo(OutputStream.nullOutputStream());
            }
            conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          }
        });
  }

  /** Too few answers to know how long they usually take; and leaving one that is down is no attempt. */
  @Test
  void shouldLeaveBackendsThatTurnOutToBeDown() {
    try (var bad = TestBackend.silent();
        var worse = TestBackend.silent();
        var good = TestBackend.named("good")) {
      var configuration =
          Configuration.http(proxy.port(), bad, worse, good)
              .put(neverInPanic(Resiliences.retries(1, 100, 100)));
      proxy.use(configuration);
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        clients.add(proxy.client().get("/"));
      }
      await().until(() -> bad.connections() > 8 && worse.connections() > 8);
      int before = worse.connections();
      proxy.use(configuration.put(silentFor("b1")));
      await().until(() -> bad.openConnections() == 0);
      assertThat(worse.connections()).as("where half of them went").isGreaterThan(before);
      long beganNanos = System.nanoTime();
      proxy.use(configuration.put(silentFor("b2")));
      for (RawClient client : clients) {
        assertThat(client.read().text()).isEqualTo("good");
        client.close();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - beganNanos))
          .isLessThan(Duration.ofSeconds(8));
    }
  }

  private static Pool neverInPanic(Resilience resilience) {
    return new Pool("web", new Algorithm.RoundRobin(), Optional.empty(), Patience.LONG, 0)
        .with(resilience);
  }

  private static BackendStatus silentFor(String backend) {
    return new BackendStatus("web", backend, Verdict.UNHEALTHY, "silent", 9, Instant.now());
  }

  /** Its health check says that it is on its way out; what it has begun with, it finishes. */
  @Test
  void shouldStayWithABackendThatSaysThatItIsUnhealthy() {
    try (var leaving = late(Duration.ofMillis(1_500));
        var alsoLeaving = late(Duration.ofMillis(1_500));
        var good = TestBackend.named("good")) {
      var configuration =
          Configuration.http(proxy.port(), leaving, alsoLeaving, good)
              .put(neverInPanic(Resiliences.retries(1, 20, 3)));
      proxy.use(configuration);
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        clients.add(proxy.client().get("/"));
      }
      await().until(() -> leaving.connections() > 0 || alsoLeaving.connections() > 0);
      proxy.use(
          configuration
              .status("web", "b1", Verdict.UNHEALTHY, Instant.now())
              .status("web", "b2", Verdict.UNHEALTHY, Instant.now()));
      for (RawClient client : clients) {
        assertThat(client.read().text()).isIn("late", "good");
        client.close();
      }
      assertThat(proxy.metric("ballast_proxy_retries_total")).isZero();
    }
  }

  private static TestBackend late(Duration delay) {
    return TestBackend.running(
        conversation -> {
          while (conversation.readRequest() != null) {
            java.util.concurrent.locks.LockSupport.parkNanos(delay.toNanos());
            conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
          }
        });
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A backend that hangs up on idle connections just as they are used again takes no retry from anybody. */
  @Test
  void shouldHideTheRaceForAnIdleConnectionEvenWhereRetriesAreTurnedOff() {
    try (var backend =
            TestBackend.running(
                conversation -> {
                  conversation.readRequest();
                  conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                  conversation.readRequest();
                });
        var client = clientOf(Resiliences.retries(0, 0, 0), backend)) {
      for (int i = 0; i < 20; i++) {
        assertThat(client.send(request("PUT", i * 300)).read().text()).isEqualTo("ok");
      }
      assertThat(proxy.backend("web", "b1").failures()).isZero();
    }
  }
}
