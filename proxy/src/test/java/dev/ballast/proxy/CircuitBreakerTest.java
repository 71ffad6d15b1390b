package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Pool.Resilience;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a pool is asked for at most, and those that wait for room in it. */
class CircuitBreakerTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final Proxy proxy = Proxy.start();
  private final Semaphore mayAnswer = new Semaphore(0);
  private final AtomicInteger busy = new AtomicInteger();
  private final AtomicInteger mostBusy = new AtomicInteger();
  private final BlockingQueue<String> order = new LinkedBlockingQueue<>();
  private final List<RawClient> clients = new ArrayList<>();

  @AfterEach
  void stop() {
    clients.forEach(RawClient::close);
    mayAnswer.release(10_000);
    proxy.close();
  }

  /** Answers when it is allowed to, and keeps its connections. */
  private TestBackend patient() {
    return TestBackend.running(
        conversation -> {
          for (var head = conversation.readRequest();
              head != null;
              head = conversation.readRequest()) {
            mostBusy.accumulateAndGet(busy.incrementAndGet(), Math::max);
            order.add(head.substring(4, head.indexOf(" HTTP")));
            awaitTurn();
            busy.decrementAndGet();
            conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          }
        });
  }

  private void awaitTurn() throws IOException {
    try {
      if (!mayAnswer.tryAcquire(30, TimeUnit.SECONDS)) {
        throw new IOException("nobody allowed it");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private void use(Resilience resilience, TestBackend... backends) {
    proxy.use(
        Configuration.http(proxy.port(), backends).pool("web", Configuration.BRISK, resilience));
  }

  private RawClient ask(String path) {
    RawClient client = proxy.client();
    clients.add(client);
    return client.get(path);
  }

  private double gauge(String what) {
    return proxy.metric("ballast_proxy_pool_" + what + "{pool=\"web\"}");
  }

  private void awaitGauge(String what, double value) {
    await().until(() -> gauge(what) == value);
  }

  @Test
  void shouldLetNoMoreRequestsInThanAllowedAndServeTheOthersAfterThem() {
    try (var backend = patient()) {
      use(Resiliences.breaker(1_000, 3, 100, LONG), backend);
      for (int i = 0; i < 20; i++) {
        ask("/" + i);
      }
      await().until(() -> gauge("waiting") + gauge("in_flight") == 20);
      assertThat(gauge("in_flight")).as("one too many at most").isBetween(3.0, 4.0);

      mayAnswer.release(20);

      clients.forEach(client -> assertThat(client.read().text()).isEqualTo("ok"));
      assertThat(mostBusy).as("two loops may take one place too many").hasValueLessThanOrEqualTo(4);
      assertThat(gauge("waiting")).isZero();
      assertThat(gauge("in_flight")).isZero();
    }
  }

  @Test
  void shouldServeThoseThatWaitInTheOrderInWhichTheyCame() throws Exception {
    try (var backend = patient()) {
      use(Resiliences.breaker(1_000, 1, 100, LONG), backend);
      for (int i = 0; i < 12; i++) {
        ask("/" + i);
        awaitGauge("in_flight", 1);
        awaitGauge("waiting", i);
      }
      List<String> served = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        served.add(order.poll(10, TimeUnit.SECONDS));
        mayAnswer.release();
      }

      assertThat(served)
          .as("over both loops")
          .containsExactly(
              "/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9", "/10", "/11");
    }
  }

  @Test
  void shouldAnswer503WhenTooManyWait() {
    try (var backend = patient()) {
      use(Resiliences.breaker(1_000, 1, 2, LONG), backend);
      ask("/in");
      awaitGauge("in_flight", 1);
      ask("/waiting");
      ask("/waiting-too");
      awaitGauge("waiting", 2);

      RawClient.Answer answer = ask("/too-many").read();

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.field("Ballast-Reason")).isEqualTo("queue-full");
      assertThat(proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"queue-full\"}"))
          .isEqualTo(1);
    }
  }

  @Test
  void shouldAnswer503WhenThereIsNoRoomInTime() {
    try (var backend = patient()) {
      use(Resiliences.breaker(1_000, 1, 10, Duration.ofMillis(100)), backend);
      RawClient first = ask("/in");
      awaitGauge("in_flight", 1);
      RawClient late = ask("/late");

      RawClient.Answer answer = late.read();

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.field("Ballast-Reason")).isEqualTo("queue-timeout");
      assertThat(gauge("waiting")).isZero();
      mayAnswer.release(2);
      assertThat(first.read().text()).isEqualTo("ok");
      assertThat(late.get("/again").read().text()).as("the connection stays").isEqualTo("ok");
    }
  }

  @Test
  void shouldForgetAClientThatLeavesWhileItWaits() {
    try (var backend = patient()) {
      use(Resiliences.breaker(1_000, 1, 10, LONG), backend);
      RawClient first = ask("/first");
      awaitGauge("in_flight", 1);
      RawClient leaving = ask("/leaving");
      awaitGauge("waiting", 1);
      RawClient last = ask("/last");
      awaitGauge("waiting", 2);
      leaving.reset();
      awaitGauge("waiting", 1);

      mayAnswer.release(2);

      assertThat(first.read().text()).isEqualTo("ok");
      assertThat(last.read().text()).isEqualTo("ok");
      assertThat(order).containsExactly("/first", "/last");
    }
  }

  @Test
  void shouldOpenNoMoreConnectionsThanAllowed() {
    try (var one = patient();
        var two = patient();
        var three = patient()) {
      use(Resiliences.breaker(2, 1_000, 100, LONG), one, two, three);
      for (int i = 0; i < 30; i++) {
        ask("/" + i);
      }
      await().until(() -> gauge("in_flight") + gauge("waiting") == 30);
      assertThat(gauge("connections")).isBetween(2.0, 3.0);

      mayAnswer.release(30);

      clients.forEach(client -> assertThat(client.read().text()).isEqualTo("ok"));
      assertThat(mostBusy).hasValueLessThanOrEqualTo(3);
      assertThat(gauge("waiting")).isZero();
    }
  }

  @Test
  void shouldTakeAnIdleConnectionOfAnotherBackendsPlace() {
    mayAnswer.release(1_000);
    try (var one = patient();
        var two = patient();
        var three = patient()) {
      use(Resiliences.breaker(1, 1_000, 100, LONG), one, two, three);
      for (int i = 0; i < 12; i++) {
        assertThat(ask("/" + i).read().text()).isEqualTo("ok");
      }
      assertThat(one.openConnections() + two.openConnections() + three.openConnections())
          .isLessThanOrEqualTo(2);
    }
  }

  @Test
  void shouldLetThoseInThatWaitWhenThePoolIsAllowedMore() {
    try (var backend = patient()) {
      use(Resiliences.breaker(1_000, 1, 10, LONG), backend);
      ask("/in");
      awaitGauge("in_flight", 1);
      ask("/waiting");
      awaitGauge("waiting", 1);

      use(Resiliences.breaker(1_000, 2, 10, LONG), backend);

      awaitGauge("in_flight", 2);
      mayAnswer.release(2);
      clients.forEach(client -> assertThat(client.read().text()).isEqualTo("ok"));
    }
  }

  /** New connections go to the two loops in turn. */
  @Test
  void shouldGiveUpAnIdleConnectionThatWasKeptForAClientWhoHasLeft() {
    try (var backend = patient()) {
      use(Resiliences.breaker(2, 10, 10, LONG), backend);
      ask("/here");
      RawClient elsewhere = proxy.client();
      ask("/here-too");
      awaitGauge("in_flight", 2);
      clients.add(elsewhere);
      clients.add(proxy.client());
      elsewhere.get("/elsewhere");
      awaitGauge("waiting", 1);
      RawClient leaving = ask("/leaving");
      awaitGauge("waiting", 2);
      use(Resiliences.breaker(2, 1, 10, LONG), backend);
      mayAnswer.release(1);
      awaitGauge("idle_connections", 1);
      leaving.reset();
      awaitGauge("waiting", 1);

      use(Resiliences.breaker(2, 10, 10, LONG), backend);

      awaitGauge("in_flight", 2);
      mayAnswer.release(2);
      assertThat(elsewhere.read().text()).isEqualTo("ok");
    }
  }

  @Test
  void shouldLimitStreamsAlike() throws IOException {
    try (var echo = TestBackend.echo()) {
      proxy.use(
          Configuration.tcp(proxy.port(), echo)
              .pool(
                  "cache",
                  Configuration.BRISK,
                  Resiliences.breaker(1_000, 1, 1, Duration.ofSeconds(20))));
      RawClient first = proxy.client().send("a");
      assertThat(first.in().read()).isEqualTo('a');
      RawClient second = proxy.client().send("b");
      await().until(() -> proxy.metric("ballast_proxy_pool_waiting{pool=\"cache\"}") == 1);
      assertThat(isEndedAtOnce()).isTrue();
      assertThat(proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"queue-full\"}"))
          .isEqualTo(1);

      first.close();

      assertThat(second.in().read()).isEqualTo('b');
      second.close();
    }
  }

  /** The reset may come before the client knows that it was connected. */
  private boolean isEndedAtOnce() throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      return socket.getInputStream().read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }
}
