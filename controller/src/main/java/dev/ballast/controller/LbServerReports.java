package dev.ballast.controller;

import dev.ballast.model.LbServer;
import dev.ballast.model.Revision;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Asks LB servers, at their admin ports, what they say of themselves. */
final class LbServerReports implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration ALIVE_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration BEYOND_WAIT = Duration.ofSeconds(1);
  private static final long REPORT_LIMIT_BYTES = 16L << 20;
  private static final HttpResponse.BodyHandler<String> BODY =
      HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), REPORT_LIMIT_BYTES);

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable HttpClient client;

  /** Made when it is needed first: it takes a noticeable part of a start. */
  private HttpClient client() {
    lock.lock();
    try {
      HttpClient made = client;
      if (made == null) {
        made =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
        client = made;
      }
      return made;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the instance that has registered still answers. */
  boolean isAlive(LbServer server) throws InterruptedException {
    return ask(server, "/report", ALIVE_TIMEOUT)
        .map(report -> report.path("instance").asString(""))
        .filter(server.instance()::equals)
        .isPresent();
  }

  /** Its report, as soon as the revision is in use there, or after {@code wait}; empty when it doesn't answer. */
  Optional<JsonNode> report(LbServer server, Revision atLeast, Duration wait)
      throws InterruptedException {
    String query = "/report?atLeast=" + atLeast + "&wait=" + wait.toMillis() + "ms";
    return ask(server, query, wait.plus(BEYOND_WAIT));
  }

  /** The time limit is for all of it: the client's own one ends with the head of the answer. */
  private Optional<JsonNode> ask(LbServer server, String path, Duration timeout)
      throws InterruptedException {
    if (server.adminAddress().isEmpty()) {
      return Optional.empty();
    }
    var request = HttpRequest.newBuilder(URI.create(server.admin() + path)).build();
    var answering = client().sendAsync(request, BODY);
    try {
      var answer = answering.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return answer.statusCode() == 200 ? Optional.of(Json.read(answer.body())) : Optional.empty();
    } catch (ExecutionException | TimeoutException | JacksonException _) {
      return Optional.empty();
    } finally {
      answering.cancel(true);
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (client != null) {
        client.shutdownNow();
      }
    } finally {
      lock.unlock();
    }
  }
}
