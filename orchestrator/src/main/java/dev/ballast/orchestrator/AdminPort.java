package dev.ballast.orchestrator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The admin port: {@code /healthz}, {@code /metrics}, {@code /report}. It changes nothing, so it asks for no token. The JDK's server on
 * virtual threads; it serves nobody but operators and their tools.
 */
final class AdminPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminPort.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int BACKLOG = 128;

  private final HttpServer http;
  private boolean isServing;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("ballast-admin-", 0).factory());

  private AdminPort(HttpServer http) {
    this.http = http;
  }

  /** Takes the port; nothing is served yet. */
  static AdminPort bind(InetSocketAddress address) throws IOException {
    return new AdminPort(HttpServer.create(address, BACKLOG));
  }

  void serve(Reporting reporting) {
    var metrics = new OrchestratorMetrics(reporting);
    http.setExecutor(threads);
    http.createContext("/", exchange -> serve(exchange, reporting, metrics));
    start();
  }

  private synchronized void start() {
    if (!isServing) {
      isServing = true;
      http.start();
    }
  }

  InetSocketAddress address() {
    return http.getAddress();
  }

  private static void serve(HttpExchange exchange, Reporting reporting, OrchestratorMetrics metrics)
      throws IOException {
    try (exchange) {
      Answer answer = answerOrFailure(exchange, reporting, metrics);
      exchange.getResponseHeaders().set("Content-Type", answer.contentType());
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      boolean isHead = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(answer.status(), isHead ? -1 : body.length);
      if (!isHead) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private static Answer answerOrFailure(
      HttpExchange exchange, Reporting reporting, OrchestratorMetrics metrics) {
    try {
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        return Answer.text(405, "use GET");
      }
      return answer(exchange.getRequestURI().getPath(), reporting, metrics);
    } catch (RuntimeException e) {
      LOG.error("{} failed", exchange.getRequestURI(), e);
      return Answer.text(500, "this failed: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.text(503, "the orchestrator is about to stop");
    }
  }

  private static Answer healthz(String trouble) {
    return trouble.isEmpty()
        ? Answer.text(200, "alive")
        : Answer.text(503, "to be started again: " + trouble);
  }

  private static Answer answer(String path, Reporting reporting, OrchestratorMetrics metrics)
      throws InterruptedException {
    return switch (path) {
      case "/healthz" -> healthz(reporting.trouble());
      case "/metrics" -> new Answer(200, metrics.contentType(), metrics.text());
      case "/report" ->
          new Answer(
              200,
              "application/json",
              JSON.writeValueAsString(new Whole(reporting.report(), reporting.suspects())));
      default -> Answer.text(404, "there are /healthz, /metrics and /report");
    };
  }

  private record Whole(
      OrchestratorReport orchestrator, List<OrchestratorReport.Suspect> suspects) {}

  /** Gives the port back. The JDK's server does so only once it runs. */
  @Override
  public void close() {
    start();
    http.stop(0);
    threads.shutdownNow();
  }

  private record Answer(int status, String contentType, String body) {
    static Answer text(int status, String line) {
      return new Answer(status, "text/plain; charset=utf-8", line + "\n");
    }
  }
}
