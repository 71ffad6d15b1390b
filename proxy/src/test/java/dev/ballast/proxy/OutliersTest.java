package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.AdminState;
import dev.ballast.model.Pool.Resilience;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Backends that are taken out by the outcomes of their requests, and those that come back slowly. */
class OutliersTest {
  private static final String POST =
      "POST / HTTP/1.1\r\nHost: any.test\r\nContent-Length: 0\r\n\r\n";

  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  private Configuration configuration(Resilience resilience, TestBackend... backends) {
    return Configuration.http(proxy.port(), backends).pool("web", Configuration.BRISK, resilience);
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
      proxy.use(configuration(Resiliences.ejection(5, Duration.ofSeconds(6)), bad, good));
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
        for (int i = 0; i < 10; i++) {
          assertThat(client.send(POST).read().text()).isEqualTo("good");
        }

        isBroken.set(false);

        await().atMost(Duration.ofSeconds(20)).until(() -> proxy.backend("web", "b1").eligible());
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
      Configuration configuration =
          configuration(Resiliences.slowStart(Duration.ofSeconds(4), 1), old);
      proxy.use(configuration);
      proxy.use(configuration.backend("web", "b2", fresh.address(), AdminState.ENABLED));
      try (var client = proxy.client()) {
        for (int i = 0; i < 101; i++) {
          client.get("/").read();
        }
        assertThat(fresh.heads().size()).as("of 101").isLessThanOrEqualTo(30);
        assertThat(proxy.backend("web", "b2").reason()).contains("; starts at ");

        await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> !proxy.backend("web", "b2").reason().contains("starts"));
        int before = fresh.heads().size();
        for (int i = 0; i < 100; i++) {
          client.get("/").read();
        }
        assertThat(fresh.heads().size() - before).isEqualTo(50);
      }
    }
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
