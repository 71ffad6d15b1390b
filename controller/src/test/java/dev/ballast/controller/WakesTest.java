package dev.ballast.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.LockEngine;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class WakesTest {
  private static final String CLIENT = "0123456789abcdef";

  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final CountDownLatch unlistening = new CountDownLatch(1);
  private final CountDownLatch mayUnlisten = new CountDownLatch(1);

  /** What an engine is told, where forgetting takes its time. */
  private LockEngine engine() {
    return (LockEngine)
        Proxy.newProxyInstance(
            LockEngine.class.getClassLoader(),
            new Class<?>[] {LockEngine.class},
            (_, method, _) -> {
              if (method.getName().equals("unlisten")) {
                unlistening.countDown();
                mayUnlisten.await();
              }
              calls.add(method.getName());
              return null;
            });
  }

  @Test
  void shouldListenForAClientThatComesBackWhileItIsForgotten() throws Exception {
    var wakes = new Wakes(engine(), System::nanoTime);
    wakes.open(CLIENT);
    var forgotten = CompletableFuture.runAsync(() -> wakes.forget(CLIENT));
    unlistening.await();
    var back = new CompletableFuture<Void>();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  wakes.open(CLIENT);
                  back.complete(null);
                });
    await().until(() -> back.isDone() || thread.getState() == Thread.State.WAITING);
    mayUnlisten.countDown();
    CompletableFuture.allOf(forgotten, back).join();
    assertThat(calls).containsExactly("listen", "unlisten", "listen");
  }

  @Test
  void shouldKeepNoBoxThatTheEngineDoesNotKnow() {
    var wakes = new Wakes(FailingEngine.create(), System::nanoTime);
    assertThatThrownBy(() -> wakes.await(CLIENT, Duration.ofSeconds(1)))
        .isInstanceOf(EngineUnavailable.class);
    assertThat(wakes.clients()).isZero();
  }
}
