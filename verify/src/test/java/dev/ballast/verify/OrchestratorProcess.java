package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** A running orchestrator and its admin port. */
record OrchestratorProcess(String name, String address, Running process) {
  private static final int ADMIN_PORT = 7072;
  private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(8);

  /** What it says of itself. */
  JsonNode report() {
    var admin = new InetSocketAddress(address, ADMIN_PORT);
    try (var connection = HttpConnection.open(Place.HERE, admin, REPLY_TIMEOUT)) {
      var answer = connection.get(address, "/report");
      return new Api.Reply(answer.status(), answer.text()).orFail().json().path("orchestrator");
    } catch (IOException failure) {
      throw new UncheckedIOException(name, failure);
    }
  }

  int shares() {
    return report().path("shares").asInt();
  }

  /** Statuses that the database did not take, as the shares were another's by then. */
  long staleWrites() {
    return report().path("writes").path("stale").asLong();
  }

  void awaitReport(String what, Predicate<JsonNode> condition) {
    await(name + " " + what)
        .atMost(Duration.ofSeconds(45))
        .pollInterval(Duration.ofMillis(50))
        .ignoreException(UncheckedIOException.class)
        .failFast(
            name + " ended early",
            () -> assertThat(process.isAlive()).as(process.output()).isTrue())
        .until(() -> condition.test(report()));
  }
}
