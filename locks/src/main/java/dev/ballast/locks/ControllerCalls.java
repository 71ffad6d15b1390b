package dev.ballast.locks;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;

/**
 * Calls to controllers, one of which is the current one until it fails: then each of the others is tried once, and who answers is
 * the current one. What a controller refuses comes out as the exceptions of {@link LockEngine}.
 *
 * <p>Safe for use by many threads.
 */
final class ControllerCalls implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final JsonMapper MAPPER = new JsonMapper();

  private final HttpEngineSettings settings;
  private final HttpClient http;
  private final AtomicInteger current = new AtomicInteger();

  /**
   * A request for any of the controllers.
   *
   * @param body null for none
   * @param isRepeatable whether it may be sent again where the first got no answer
   * @param patience how long the controller may take beyond the time that a call has
   */
  record Request(
      String method,
      String path,
      @Nullable JsonNode body,
      boolean isRepeatable,
      Duration patience) {
    static Request of(String method, String path) {
      return new Request(method, path, null, true, Duration.ZERO);
    }

    static Request of(String method, String path, JsonNode body) {
      return new Request(method, path, body, true, Duration.ZERO);
    }
  }

  ControllerCalls(HttpEngineSettings settings) {
    this.settings = settings;
    var builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(
                settings.timeout().compareTo(CONNECT_TIMEOUT) < 0
                    ? settings.timeout()
                    : CONNECT_TIMEOUT);
    if (settings.tls() != null) {
      builder.sslContext(settings.tls());
    }
    this.http = builder.build();
  }

  /**
   * Sends it, to another controller too if the current one fails.
   *
   * @return the answer, or a missing node where there is none to read
   */
  JsonNode send(Request request) {
    int first = current.get();
    int number = settings.controllers().size();
    EngineUnavailable last = null;
    for (int offset = 0; offset < number; offset++) {
      int index = (first + offset) % number;
      try {
        var answer = sendTo(settings.controllers().get(index), request);
        if (answer.isPresent()) {
          current.set(index);
          return answer.get();
        }
      } catch (EngineUnavailable e) {
        last = e;
        if (!request.isRepeatable() && !isUnsent(e)) {
          current.set((index + 1) % number);
          throw e;
        }
      }
      if (Thread.currentThread().isInterrupted()) {
        break;
      }
    }
    throw last == null ? new EngineUnavailable("no controller was asked") : last;
  }

  private Optional<JsonNode> sendTo(URI controller, Request request) {
    HttpResponse<String> response;
    try {
      response = http.send(httpRequest(controller, request), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new EngineUnavailable(
          "no answer from the controller at " + controller + ": " + why(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineUnavailable(
          "interrupted while the controller at " + controller + " was asked", e);
    }
    int status = response.statusCode();
    JsonNode body = json(controller, response);
    if (status < 300) {
      return Optional.of(body);
    }
    String detail = body.path("detail").asString("HTTP " + status);
    if (status == 410 && body.path("type").asString("").endsWith(":lease-lost")) {
      throw new LeaseLost(detail);
    }
    if (status == 400 || status == 413 || status == 422) {
      throw new IllegalArgumentException(detail);
    }
    throw new EngineUnavailable("the controller at " + controller + " says: " + detail);
  }

  private HttpRequest httpRequest(URI controller, Request request) {
    var builder =
        HttpRequest.newBuilder(controller.resolve(request.path()))
            .timeout(settings.timeout().plus(request.patience()))
            .header("Accept", "application/json");
    if (!settings.token().isEmpty()) {
      builder.header("Authorization", "Bearer " + settings.token());
    }
    if (!settings.user().isEmpty()) {
      builder.header("Ballast-User", settings.user());
    }
    var body = request.body();
    if (body == null) {
      return builder.method(request.method(), BodyPublishers.noBody()).build();
    }
    return builder
        .header("Content-Type", "application/json")
        .method(request.method(), BodyPublishers.ofString(body.toString()))
        .build();
  }

  private static JsonNode json(URI controller, HttpResponse<String> response) {
    String type = response.headers().firstValue("Content-Type").orElse("");
    if (response.body().isEmpty()) {
      return MissingNode.getInstance();
    }
    try {
      if (type.contains("json")) {
        return MAPPER.readTree(response.body());
      }
    } catch (JacksonException _) {
      // Said below.
    }
    if (response.statusCode() < 300) {
      throw new EngineUnavailable(
          controller + " answers with what is no JSON: is it a Ballast controller?");
    }
    return JsonNodeFactory.instance.objectNode();
  }

  private static boolean isUnsent(EngineUnavailable e) {
    return e.getCause() instanceof ConnectException
        || e.getCause() instanceof HttpConnectTimeoutException;
  }

  private static String why(IOException e) {
    return switch (e) {
      case HttpConnectTimeoutException _ -> "no connection in time";
      case HttpTimeoutException _ -> "it takes too long";
      case ConnectException _ -> "nothing listens there";
      default -> String.valueOf(e.getMessage());
    };
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
