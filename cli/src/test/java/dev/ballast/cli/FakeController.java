package dev.ballast.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** Answers what a test says, over real HTTP, and keeps what it was asked. */
final class FakeController implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, Answer> answers = new HashMap<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  private record Answer(int status, String type, String body) {}

  /** A request as it arrived. */
  record Asked(String line, Map<String, List<String>> headers, String body) {
    String header(String name) {
      return headers.getOrDefault(name, List.of("")).getFirst();
    }
  }

  FakeController() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** @param request method and path, without the query */
  FakeController on(String request, String json) {
    answers.put(request, new Answer(200, "application/json", json));
    return this;
  }

  FakeController onProblem(String request, int status, String json) {
    answers.put(request, new Answer(status, "application/problem+json", json));
    return this;
  }

  FakeController onText(String request, int status, String text) {
    answers.put(request, new Answer(status, "text/plain", text));
    return this;
  }

  /** Method, path and query of every request so far. */
  List<String> lines() {
    return asked.stream().map(Asked::line).toList();
  }

  Asked last(String start) {
    return new ArrayList<>(asked)
        .reversed().stream().filter(one -> one.line().startsWith(start)).findFirst().orElseThrow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String path = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
      asked.add(
          new Asked(
              exchange.getRequestMethod() + " " + exchange.getRequestURI(),
              Map.copyOf(exchange.getRequestHeaders()),
              body));
      Answer answer =
          answers.getOrDefault(
              path,
              new Answer(
                  404, "application/problem+json", "{\"detail\":\"there is no " + path + "\"}"));
      byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
