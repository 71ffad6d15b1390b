package dev.ballast.cli;

import dev.ballast.sync.Trust;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The client of the controller's HTTP API: one request after the other. Every answer that is not a success comes out as
 * {@link ApiProblem}, and a controller that can't be reached as {@link CommandFailed} with
 * {@link ExitCode#NOT_RUNNING}.
 */
final class ApiClient implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
  private static final int FIRST_FAILURE_STATUS = 400;
  private static final int UNAUTHORIZED = 401;
  private static final String PROBLEM_TYPE = "application/problem+json";

  private final Endpoint endpoint;
  private final String calledAs;
  private final String user;
  private final HttpClient http;

  ApiClient(Endpoint endpoint, Shell shell) {
    this.endpoint = endpoint;
    this.calledAs = shell.calledAs();
    this.user = shell.user();
    var builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT);
    endpoint.authority().map(ApiClient::trust).ifPresent(builder::sslContext);
    this.http = builder.build();
  }

  private static SSLContext trust(Path certificates) {
    try {
      return Trust.in(certificates);
    } catch (IllegalArgumentException unreadable) {
      throw new CommandFailed(Failures.text(unreadable));
    }
  }

  JsonNode read(String path) {
    return Json.read(text(path));
  }

  String text(String path) {
    return send(request(path).GET()).body();
  }

  /** Posts nothing, and takes whatever comes back. */
  void post(String path) {
    HttpResponse<String> _ = send(request(path).POST(BodyPublishers.noBody()));
  }

  /** @param contentType of the body: {@code application/json} or {@code application/yaml} */
  JsonNode post(String path, String contentType, byte[] body) {
    var request = request(path).header("Content-Type", contentType);
    return Json.read(send(request.POST(BodyPublishers.ofByteArray(body))).body());
  }

  JsonNode put(String path, ObjectNode body) {
    BodyPublisher json = BodyPublishers.ofString(body.toString());
    return Json.read(
        send(request(path).header("Content-Type", "application/json").PUT(json)).body());
  }

  JsonNode delete(String path) {
    return Json.read(send(request(path).DELETE()).body());
  }

  /** Reads line by line until the controller ends the answer or {@code reader} throws. */
  void follow(String path, Consumer<String> reader) {
    HttpRequest request = builder(path).GET().build();
    try {
      HttpResponse<Stream<String>> response = http.send(request, BodyHandlers.ofLines());
      try (Stream<String> lines = response.body()) {
        if (response.statusCode() >= FIRST_FAILURE_STATUS) {
          String body = String.join("\n", lines.toList());
          throw problem(response.statusCode(), type(response), body);
        }
        lines.forEach(reader);
      }
    } catch (IOException failure) {
      throw unreachable(failure);
    } catch (InterruptedException _) {
      throw interrupted();
    }
  }

  URI server() {
    return endpoint.server();
  }

  /** A value to put into a query or into one segment of a path. */
  static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private HttpRequest.Builder request(String path) {
    return builder(path).timeout(ANSWER_TIMEOUT);
  }

  private HttpRequest.Builder builder(String path) {
    var builder = HttpRequest.newBuilder(endpoint.server().resolve(path));
    builder.header("Accept", "application/json").header("Ballast-User", user);
    return endpoint.token().isEmpty()
        ? builder
        : builder.header("Authorization", "Bearer " + endpoint.token());
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
      if (response.statusCode() >= FIRST_FAILURE_STATUS) {
        throw problem(response.statusCode(), type(response), response.body());
      }
      return response;
    } catch (IOException failure) {
      throw unreachable(failure);
    } catch (InterruptedException _) {
      throw interrupted();
    }
  }

  private static String type(HttpResponse<?> response) {
    return response.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT);
  }

  private RuntimeException problem(int status, String type, String body) {
    if (!type.startsWith(PROBLEM_TYPE)) {
      String said = body.lines().findFirst().map(line -> ": " + line).orElse("");
      return new CommandFailed(endpoint + " answers with HTTP " + status + said);
    }
    var problem = ApiProblem.of(status, Json.read(body));
    return status == UNAUTHORIZED
        ? new CommandFailed(Failures.text(problem) + " (see --token-file and $BALLAST_TOKEN)")
        : problem;
  }

  private CommandFailed unreachable(IOException failure) {
    return switch (failure) {
      case HttpConnectTimeoutException _ ->
          notRunning("cannot be reached: no answer to connecting");
      case ConnectException _ -> notRunning("nothing listens there");
      case HttpTimeoutException _ ->
          new CommandFailed(
              ExitCode.NOT_RUNNING,
              endpoint + " has not answered for " + ANSWER_TIMEOUT.toSeconds() + " s");
      case SSLException _ ->
          new CommandFailed(
              ExitCode.NOT_RUNNING,
              "no TLS with " + endpoint + ": " + failure.getMessage() + " (see --ca-file)");
      default -> notRunning("the connection broke: " + failure.getMessage());
    };
  }

  private CommandFailed notRunning(String why) {
    return new CommandFailed(
        ExitCode.NOT_RUNNING,
        "no controller at " + endpoint + ": " + why + ". Start one with: " + calledAs + " up");
  }

  private static CommandFailed interrupted() {
    Thread.currentThread().interrupt();
    return new CommandFailed("interrupted");
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
