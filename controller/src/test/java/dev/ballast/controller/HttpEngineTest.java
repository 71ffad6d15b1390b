package dev.ballast.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ballast.locks.Claim;
import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.ForeignEngineContract;
import dev.ballast.locks.HttpEngine;
import dev.ballast.locks.HttpEngineSettings;
import dev.ballast.locks.LeaseId;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.locks.MemoryEngine;
import dev.ballast.locks.NotAcquired;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The engine over HTTP, with real controllers in front of one engine. */
class HttpEngineTest extends ForeignEngineContract {
  private static final URI NOBODY = URI.create("http://127.0.0.1:1");
  private static final LeaseId LEASE = new LeaseId("0123456789abcdef-0000000000000001");

  private final MemoryEngine shared = new MemoryEngine(System::nanoTime);
  private final TestController first = new TestController(shared);
  private final TestController second = new TestController(shared);

  @AfterEach
  void stop() {
    first.close();
    second.close();
  }

  @Override
  protected LockEngine newConnection() {
    return engine(first.uri());
  }

  private static HttpEngine engine(URI... controllers) {
    return new HttpEngine(HttpEngineSettings.of(List.of(controllers), TestController.TOKEN));
  }

  private static Locks locks(LockEngine engine) {
    return new Locks(engine, LocksSettings.of("me", System::nanoTime, new Random()));
  }

  @Test
  void shouldTellWhatTheEngineBehindIt() {
    try (var engine = engine(first.uri())) {
      assertThat(engine.facts()).isEqualTo(shared.facts());
    }
  }

  @Test
  void shouldAskAnotherControllerWhenOneFails() {
    try (var engine = engine(NOBODY, first.uri(), second.uri())) {
      engine.open(LEASE, "me", Duration.ofMinutes(1));
      first.close();
      assertThat(engine.renew(LEASE)).isTrue();
      second.close();
      assertThatThrownBy(() -> engine.renew(LEASE))
          .isInstanceOf(EngineUnavailable.class)
          .hasMessageContaining("http://127.0.0.1:");
    }
  }

  @Test
  void shouldBeWokenThroughWhicheverControllerIsLeft() throws NotAcquired, InterruptedException {
    try (var one = locks(engine(first.uri(), second.uri()));
        var other = locks(engine(second.uri()))) {
      var held = other.acquire(Claim.exclusive("a"), Duration.ZERO);
      var acquired = new CountDownLatch(1);
      var waiter = Thread.ofVirtual().start(() -> awaitLock(one, acquired));
      await().until(() -> other.list("a").size() == 2);
      first.close();
      held.close();
      assertThat(acquired.await(10, TimeUnit.SECONDS)).isTrue();
      waiter.join();
    }
  }

  private static void awaitLock(Locks locks, CountDownLatch acquired) {
    try (var _ = locks.acquire(Claim.exclusive("a"), Duration.ofSeconds(20))) {
      acquired.countDown();
    } catch (NotAcquired | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldSayThatTheTokenIsRefused() {
    var settings = HttpEngineSettings.of(List.of(first.uri()), "another-token-than-theirs");
    try (var engine = new HttpEngine(settings)) {
      assertThatThrownBy(() -> engine.list(""))
          .isInstanceOf(EngineUnavailable.class)
          .hasMessageContaining("the token is not the one of this controller");
      assertThat(settings.toString()).doesNotContain("another-token");
    }
  }

  @Test
  void shouldRefuseMoreNamesThanOneCallMayHave() {
    var claims =
        java.util.stream.IntStream.rangeClosed(0, LockBody.NAMES)
            .mapToObj(i -> Claim.exclusive("n" + i))
            .toList();
    try (var engine = engine(first.uri())) {
      engine.open(LEASE, "me", Duration.ofMinutes(1));
      assertThatThrownBy(() -> engine.claim(LEASE, claims, true))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most 1000 claims in one call");
      assertThat(engine.list("")).isEmpty();
    }
  }
}
