package dev.ballast.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/** Waits until a system that was just started serves. */
record StartWatch(ApiClient client, LocalSystem system) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final int CONNECT_MILLIS = 200;

  /**
   * Returns when every LB server uses the configuration, or refuses to, and every demo backend listens; or after 30 s.
   */
  Rollout await() throws InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    Rollout rollout = ask();
    while (!(isSettled(rollout) && isEachBackendListening())
        && System.nanoTime() - deadlineNanos < 0) {
      Thread.sleep(PAUSE);
      rollout = ask();
    }
    return rollout;
  }

  private Rollout ask() {
    try {
      return Rollout.of(client.read("/v1/rollout"));
    } catch (ApiProblem _) {
      return new Rollout("", List.of());
    }
  }

  private boolean isSettled(Rollout rollout) {
    return system.servers().stream()
        .allMatch(
            server ->
                rollout.servers().stream()
                    .anyMatch(one -> one.name().equals(server.name()) && one.isSettled()));
  }

  private boolean isEachBackendListening() {
    return system.backends().stream().allMatch(backend -> isListening(backend.httpPort()));
  }

  private static boolean isListening(int port) {
    try (var socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.ofLiteral(Demo.ADDRESS), port), CONNECT_MILLIS);
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
