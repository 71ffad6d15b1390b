package dev.ballast.proxy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ballast.model.Revision;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The admin port: {@code /healthz}, {@code /readyz}, {@code /metrics}, {@code /report}, {@code /observations}, {@code POST
 * /held/accept}. The JDK's HTTP server on virtual threads, apart from the data plane: what is asked for here is read from numbers
 * that the event loops write, and never asked of the loops.
 */
final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final String TEXT = "text/plain; charset=utf-8";

  private static final int BACKLOG = 128;
  private static final String CONNECTIONS = "512";
  private static final String REQUEST_SECONDS = "10";

  private final HttpServer http;
  private final ExecutorService threads;
  private final ProxySettings settings;
  private final ProxyServer server;
  private final RevisionGate revisions;
  private final ProxyMetrics metrics;

  private AdminServer(
      HttpServer http,
      ProxySettings settings,
      ProxyServer server,
      RevisionGate revisions,
      ProxyMetrics metrics) {
    this.http = http;
    this.threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("ballast-admin-", 0).factory());
    this.settings = settings;
    this.server = server;
    this.revisions = revisions;
    this.metrics = metrics;
  }

  /** The JDK's server reads these once; who has set them otherwise keeps them. */
  private static void limit() {
    System.getProperties().putIfAbsent("jdk.httpserver.maxConnections", CONNECTIONS);
    System.getProperties().putIfAbsent("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
  }

  static AdminServer start(
      ProxySettings settings, ProxyServer server, RevisionGate revisions, ProxyMetrics metrics)
      throws IOException {
    limit();
    HttpServer http =
        HttpServer.create(
            new InetSocketAddress(settings.addresses().admin(), settings.addresses().adminPort()),
            BACKLOG);
    var admin = new AdminServer(http, settings, server, revisions, metrics);
    http.setExecutor(admin.threads);
    http.createContext("/", admin::serve);
    http.start();
    return admin;
  }

  InetSocketAddress address() {
    return http.getAddress();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = answerOrFailure(exchange);
      exchange.getResponseHeaders().set("Content-Type", answer.contentType());
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      boolean isHead = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(answer.status(), isHead ? -1 : body.length);
      if (!isHead) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private Answer answerOrFailure(HttpExchange exchange) throws IOException {
    try {
      return answer(exchange);
    } catch (RuntimeException e) {
      LOG.error("{} failed", exchange.getRequestURI(), e);
      return Answer.text(500, "this failed: " + e);
    }
  }

  private Answer answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String method = exchange.getRequestMethod();
    if (path.equals("/held/accept")) {
      return method.equals("POST") ? acceptHeld(exchange) : Answer.text(405, "use POST");
    }
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return Answer.text(405, "use GET");
    }
    return switch (path) {
      case "/healthz" -> Answer.text(200, "alive");
      case "/readyz" ->
          server.isReady()
              ? Answer.text(200, "ready")
              : Answer.text(503, "not ready: " + whyNotReady());
      case "/metrics" -> metrics();
      case "/report", "/observations" -> asked(path, exchange.getRequestURI().getRawQuery());
      default ->
          Answer.text(
              404,
              "there are /healthz, /readyz, /metrics, /report, /observations and /held/accept");
    };
  }

  private Answer asked(String path, @Nullable String rawQuery) {
    try {
      var query = AdminQuery.of(rawQuery);
      return path.equals("/report")
          ? report(query)
          : Answer.json(server.observations(query.all("of")));
    } catch (IllegalArgumentException e) {
      return Answer.text(400, String.valueOf(e.getMessage()));
    }
  }

  private String whyNotReady() {
    if (server.isLeaving()) {
      return "the LB server is about to stop";
    }
    return server.revision().isEmpty() ? "no snapshot is in use yet" : "no listener is bound";
  }

  private Answer metrics() throws IOException {
    var out = new ByteArrayOutputStream();
    metrics.write(out);
    return new Answer(200, metrics.contentType(), out.toString(StandardCharsets.UTF_8));
  }

  /** Waits for a revision if asked to; answers with whatever is in use then. */
  private Answer report(AdminQuery query) {
    String atLeast = query.last("atLeast");
    if (atLeast != null) {
      Duration wait = duration(query.last("wait", "0s"));
      if (!awaitRevision(Revision.parse(atLeast), wait)) {
        return Answer.text(503, "too many requests wait for a revision");
      }
    }
    return switch (query.last("pools", "true")) {
      case "true" -> Answer.json(server.report(true));
      case "false" -> {
        ObjectNode report = JSON.valueToTree(server.report(false));
        report.remove("pools");
        yield Answer.json(report);
      }
      default -> throw new IllegalArgumentException("pools is true or false");
    };
  }

  /** False if too many wait already. */
  private boolean awaitRevision(Revision revision, Duration atMost) {
    if (!revisions.enter()) {
      return false;
    }
    try {
      var _ = revisions.await(revision, atMost);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      revisions.leave();
    }
    return true;
  }

  /** {@code 5s} or {@code 500ms}. */
  private static Duration duration(String text) {
    String unit = text.endsWith("ms") ? "ms" : "s";
    try {
      long amount = Long.parseLong(text.substring(0, text.length() - unit.length()));
      Duration wait = unit.equals("ms") ? Duration.ofMillis(amount) : Duration.ofSeconds(amount);
      return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("wait=" + text + " is not like 5s or 500ms", e);
    }
  }

  private Answer acceptHeld(HttpExchange exchange) {
    if (!settings.addresses().isInsecure()
        && !isOfThisMachine(
            exchange.getRemoteAddress().getAddress(), exchange.getLocalAddress().getAddress())) {
      return Answer.text(
          403,
          "from another machine the token would cross the network in clear: ask on this one, or start with --insecure");
    }
    byte[] expected = ("Bearer " + settings.token()).getBytes(StandardCharsets.UTF_8);
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    byte[] presented = given == null ? new byte[0] : given.getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(expected, presented)) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      return Answer.text(401, "this needs the bearer token");
    }
    settings.acceptHeld().run();
    return Answer.text(200, "accepted");
  }

  static boolean isOfThisMachine(InetAddress remote, InetAddress local) {
    return remote.isLoopbackAddress() || remote.equals(local);
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }

  private record Answer(int status, String contentType, String body) {
    static Answer json(Object said) {
      return new Answer(200, "application/json", JSON.writeValueAsString(said));
    }

    static Answer text(int status, String line) {
      return new Answer(status, TEXT, line + "\n");
    }
  }
}
