package dev.ballast.verify;

import static org.awaitility.Awaitility.await;

import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A controller's API, as any HTTP client sees it. Thread-safe. */
final class Api {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final URI server;
  private final String token;

  Api(URI server, String token) {
    this.server = server;
    this.token = token;
  }

  /**
   * @param text the body as it came; {@link #json} reads it
   */
  record Reply(int status, String text) {
    JsonNode json() {
      return JSON.readTree(text);
    }

    Reply orFail() {
      if (status >= 300) {
        throw new AssertionError(this);
      }
      return this;
    }

    Revision revision() {
      return Revision.parse(orFail().json().path("revision").asString());
    }
  }

  URI server() {
    return server;
  }

  /** Applies documents in YAML. */
  Reply apply(String documents) {
    return send("POST", "/v1/apply", "application/yaml", documents);
  }

  Reply get(String path) {
    return send(request(path).GET().build());
  }

  Reply put(String path, String json, String ifMatch) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .header("If-Match", ifMatch)
            .PUT(BodyPublishers.ofString(json))
            .build());
  }

  Reply delete(String path) {
    return send(request(path).DELETE().build());
  }

  Reply send(String method, String path, String contentType, String body) {
    return send(
        request(path)
            .header("Content-Type", contentType)
            .method(method, BodyPublishers.ofString(body))
            .build());
  }

  /** The newest revision that this controller has. */
  Revision revision() {
    return get("/v1/status").revision();
  }

  Snapshot snapshot(String view) {
    return Wire.readSnapshot(
        get("/v1/snapshot?view=" + URLEncoder.encode(view, StandardCharsets.UTF_8))
            .orFail()
            .text());
  }

  /** The lines of a watch until it is closed or breaks. The caller closes it. */
  Stream<String> watch(String view, Revision from) throws IOException, InterruptedException {
    var request =
        request("/v1/watch?view=" + view + "&from=" + from).timeout(Duration.ofHours(1)).build();
    var response = client.send(request, BodyHandlers.ofLines());
    if (response.statusCode() != 200) {
      throw new IOException("watch: " + response.statusCode());
    }
    return response.body();
  }

  /** What its status says about the change feed. */
  JsonNode feed() {
    return get("/v1/status").orFail().json().path("feed");
  }

  boolean isReady() {
    try {
      return get("/readyz").status() == 200;
    } catch (UncheckedIOException _) {
      return false;
    }
  }

  void awaitReady() {
    await(server + " is ready")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(this::isReady);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(server.resolve(path))
        .timeout(TIMEOUT)
        .header("Authorization", "Bearer " + token);
  }

  private Reply send(HttpRequest request) {
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      return new Reply(response.statusCode(), response.body());
    } catch (IOException failure) {
      throw new UncheckedIOException(request.uri().toString(), failure);
    } catch (InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
