package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.AdminState;
import dev.ballast.model.Pool.Resilience;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Backends that are taken out by the outcomes of their requests, and those that come back slowly. */
class OutliersTest {
  private static final String POST =
      "POST / HTTP/1.1\r\nHost: any.test\r\nContent-Length: 0\r\n\r\n";

  private static final Duration RAMP = Duration.ofSeconds(40);
  private static final Duration EJECTION = Duration.ofSeconds(30);

  /** Time stands still unless a test moves it on. */
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());

  private final Proxy proxy = Proxy.start(now::get);

  @AfterEach
  void stop() {
    proxy.close();
  }

  private Configuration configuration(Resilience resilience, TestBackend... backends) {
    return Configuration.http(proxy.port(), backends).pool("web", Configuration.BRISK, resilience);
  }

  private void moveOn(Duration time, Configuration configuration) {
    now.updateAndGet(then -> then.plus(time));
    proxy.use(configuration);
  }

  private static TestBackend answering(AtomicBoolean isBroken, String status) {
    return TestBackend.running(
        conversation -> {
          while (conversation.readRequest() != null) {
            conversation.write(
                "HTTP/1.1 "
                    + (isBroken.get() ? status : "200 OK")
                    + "\r\nContent-Length: 0\r\n\r\n");
          }
        });
  }

  @Test
  void shouldTakeABackendOutThatFailsAgainAndAgainAndLetItBack() {
    var isBroken = new AtomicBoolean(true);
    try (var bad = answering(isBroken, "503 Down");
        var good = TestBackend.named("good")) {
      Configuration configuration = configuration(Resiliences.ejection(5, EJECTION), bad, good);
      proxy.use(configuration);
      try (var client = proxy.client()) {
        await()
            .until(
                () -> {
                  client.send(POST).read();
                  return !proxy.backend("web", "b1").eligible();
                });
        assertThat(proxy.backend("web", "b1").reason())
            .startsWith("ejected for 5 failures in a row, until ");
        assertThat(proxy.metric("ballast_proxy_backend_ejected{backend=\"b1\",pool=\"web\"}"))
            .isEqualTo(1);
        moveOn(EJECTION.minusSeconds(1), configuration);
        for (int i = 0; i < 10; i++) {
          assertThat(client.send(POST).read().text()).isEqualTo("good");
        }

        isBroken.set(false);
        moveOn(Duration.ofSeconds(2), configuration);

        assertThat(proxy.backend("web", "b1").eligible()).isTrue();
        int before = bad.heads().size();
        client.send(POST).read();
        client.send(POST).read();
        assertThat(bad.heads().size()).isGreaterThan(before);
      }
    }
  }

  @Test
  void shouldNotTakeABackendOutForErrorsOfItsOwn() {
    try (var failing = answering(new AtomicBoolean(true), "500 Oops");
        var good = TestBackend.named("good")) {
      proxy.use(configuration(Resiliences.ejection(5, Duration.ofSeconds(20)), failing, good));
      try (var client = proxy.client()) {
        for (int i = 0; i < 40; i++) {
          client.send(POST).read();
        }
      }
      assertThat(proxy.backend("web", "b1").eligible()).isTrue();
      assertThat(proxy.backend("web", "b1").requests()).isGreaterThanOrEqualTo(20);
    }
  }

  @Test
  void shouldKeepTheOnlyBackendHoweverItFails() {
    try (var bad = answering(new AtomicBoolean(true), "503 Down")) {
      proxy.use(configuration(Resiliences.ejection(2, Duration.ofSeconds(20)), bad));
      try (var client = proxy.client()) {
        for (int i = 0; i < 20; i++) {
          assertThat(client.send(POST).read().status()).isEqualTo(503);
        }
      }
      assertThat(bad.heads()).hasSize(20);
      assertThat(proxy.backend("web", "b1").eligible()).isTrue();
    }
  }

  @Test
  void shouldGiveANewcomerALittleAtFirstAndAllOfItInTheEnd() {
    try (var old = TestBackend.named("old");
        var fresh = TestBackend.named("fresh")) {
      Configuration configuration = configuration(Resiliences.slowStart(RAMP, 1), old);
      proxy.use(configuration);
      moveOn(RAMP, configuration.backend("web", "b2", fresh.address(), AdminState.ENABLED));
      try (var client = proxy.client()) {
        assertThat(shareOf(fresh, client)).isLessThanOrEqualTo(2);
        assertThat(proxy.backend("web", "b2").reason()).contains("; starts at ");

        moveOn(RAMP.dividedBy(2), configuration);
        assertThat(shareOf(fresh, client)).isBetween(25, 40);

        moveOn(RAMP.dividedBy(2), configuration);
        assertThat(proxy.backend("web", "b2").reason()).doesNotContain("starts");
        assertThat(shareOf(fresh, client)).isEqualTo(50);
      }
    }
  }

  /** How many of a hundred requests come to the backend. */
  private static int shareOf(TestBackend backend, RawClient client) {
    int before = backend.heads().size();
    for (int i = 0; i < 100; i++) {
      client.get("/").read();
    }
    return backend.heads().size() - before;
  }

  @Test
  void shouldNotStartAWholePoolSlowly() {
    try (var one = TestBackend.named("one");
        var two = TestBackend.named("two")) {
      proxy.use(configuration(Resiliences.slowStart(Duration.ofMinutes(1), 1), one, two));

      assertThat(proxy.backend("web", "b1").reason()).doesNotContain("starts");
      assertThat(proxy.backend("web", "b2").reason()).doesNotContain("starts");
    }
  }

  @Test
  void shouldFinishWhatADrainingBackendHasAndLeaveItWithTheConnectionKept() {
    try (var one = TestBackend.named("one");
        var two = TestBackend.named("two")) {
      Configuration configuration = configuration(Resiliences.retries(1, 20, 3), one, two);
      proxy.use(configuration);
      try (var client = proxy.client()) {
        client.get("/").read();
        client.get("/").read();
        proxy.use(configuration.backend("web", "b1", one.address(), AdminState.DRAINING));
        int before = one.heads().size();
        for (int i = 0; i < 10; i++) {
          assertThat(client.get("/").read().text()).isEqualTo("two");
        }
        assertThat(one.heads()).hasSize(before);
        await().until(() -> one.openConnections() == 0);
      }
    }
  }
}
