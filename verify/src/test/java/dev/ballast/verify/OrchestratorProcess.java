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
    return get("/report").json().path("orchestrator");
  }

  private Api.Reply get(String path) {
    var admin = new InetSocketAddress(address, ADMIN_PORT);
    try (var connection = HttpConnection.open(Place.HERE, admin, REPLY_TIMEOUT)) {
      var answer = connection.get(address, path);
      return new Api.Reply(answer.status(), answer.text()).orFail();
    } catch (IOException failure) {
      throw new UncheckedIOException(name, failure);
    }
  }

  int shares() {
    return report().path("shares").asInt();
  }

  /** Statuses that the database did not take, as their shares were another's by then: its metric. */
  long staleWrites() {
    return metric("ballast_orchestrator_statuses_total{outcome=\"stale\"}");
  }

  /** Whether it takes itself for the one that is cut off: its metric. */
  boolean isInDoubt() {
    return metric("ballast_detection_in_doubt") == 1;
  }

  /** The value of a metric with these labels; 0 if there is none. */
  private long metric(String sample) {
    return get("/metrics")
        .text()
        .lines()
        .filter(line -> line.startsWith(sample + " "))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(sample.length() + 1)))
        .sum();
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
