package dev.ballast.controller;

import dev.ballast.locks.LockEngine;
import dev.ballast.locks.MemoryEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/** A real controller on a free loopback port, over a database in memory, with a client. */
final class TestController implements AutoCloseable {
  static final String TOKEN = "a-token-of-the-tests";

  final FakeDatabase database;
  private final ControllerServer server;
  private final HttpClient client;

  TestController() {
    this(new FakeDatabase(), settings -> settings);
  }

  TestController(FakeDatabase database, UnaryOperator<ControllerSettings> adjustment) {
    this(database, adjustment, new MemoryEngine(System::nanoTime));
  }

  TestController(LockEngine locks) {
    this(new FakeDatabase(), settings -> settings, locks);
  }

  private TestController(
      FakeDatabase database, UnaryOperator<ControllerSettings> adjustment, LockEngine locks) {
    this.database = database;
    this.server =
        ControllerServer.start(
            adjustment.apply(ControllerSettings.of("127.0.0.1", 0, TOKEN, "test")),
            database,
            database,
            new Locking(locks, new Random()),
            Clock.systemUTC(),
            System::nanoTime);
    this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  URI uri() {
    return server.uri();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri().resolve(path))
        .timeout(Duration.ofSeconds(20))
        .header("Authorization", "Bearer " + TOKEN);
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  HttpResponse<String> get(String path) {
    return send(request(path).build());
  }

  JsonNode json(String path) {
    HttpResponse<String> answer = get(path);
    if (answer.statusCode() != 200) {
      throw new AssertionError(path + ": " + answer.statusCode() + " " + answer.body());
    }
    return Json.read(answer.body());
  }

  HttpResponse<String> put(String path, String body, String... headers) {
    var request = request(path).header("Content-Type", "application/yaml").PUT(text(body));
    for (int index = 0; index < headers.length; index += 2) {
      request.setHeader(headers[index], headers[index + 1]);
    }
    return send(request.build());
  }

  HttpResponse<String> delete(String path) {
    return send(request(path).DELETE().build());
  }

  HttpResponse<String> apply(String documents) {
    return apply(documents, "");
  }

  HttpResponse<String> apply(String documents, String query) {
    return send(
        request("/v1/apply" + query)
            .header("Content-Type", "application/yaml")
            .POST(text(documents))
            .build());
  }

  static HttpRequest.BodyPublisher text(String text) {
    return HttpRequest.BodyPublishers.ofString(text, StandardCharsets.UTF_8);
  }

  String metrics() {
    return get("/metrics").body();
  }

  @Override
  public void close() {
    client.shutdownNow();
    server.close();
  }
}
