package dev.ballast.sync;

import dev.ballast.model.InvalidInput;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.View;
import dev.ballast.model.Wire;
import dev.ballast.sync.Unanswered.Remedy;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One controller's list + watch over HTTP. Blocking; thread-safe. */
final class ControllerConnection {
  /** How long a controller may take to begin an answer, and to finish a list. */
  static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private static final int NOT_MODIFIED = 304;
  private static final int GONE = 410;
  private static final int BODY_SHOWN = 300;
  private static final String REVISION_HEADER = "Ballast-Revision";

  private final HttpClient http;
  private final URI controller;
  private final String token;
  private final View view;

  ControllerConnection(HttpClient http, URI controller, String token, View view) {
    this.http = http;
    this.controller = controller;
    this.token = token;
    this.view = view;
  }

  URI controller() {
    return controller;
  }

  /** The answer to a list. */
  sealed interface Listed {
    /** A snapshot with other items than ours. */
    record Fresh(Snapshot snapshot) implements Listed {}

    /** The controller has the items we have, at the revision. */
    record Same(Revision revision) implements Listed {}
  }

  /** Asks for the snapshot, unless its checksum is the one we have. */
  Listed list(Optional<String> checksum) throws Unanswered, InterruptedException {
    var request = request("/v1/snapshot?view=" + view);
    checksum.ifPresent(known -> request.header("If-None-Match", "\"" + known + "\""));
    var response = send(request, BodyHandlers.ofString());
    if (response.statusCode() == NOT_MODIFIED) {
      return new Listed.Same(revision(response));
    }
    if (response.statusCode() != HttpStatus.OK) {
      throw refusal(response.statusCode(), response.body());
    }
    try {
      return new Listed.Fresh(Wire.readSnapshot(response.body()));
    } catch (InvalidInput e) {
      throw new Unanswered(
          Remedy.RETRY, "the snapshot of " + controller + " can't be read: " + e.getMessage());
    }
  }

  /** Begins a watch from the revision. */
  Watch watch(Revision from) throws Unanswered, InterruptedException {
    var response =
        send(request("/v1/watch?view=" + view + "&from=" + from), BodyHandlers.ofInputStream());
    if (response.statusCode() == HttpStatus.OK) {
      return new Watch(response.body());
    }
    try (InputStream body = response.body()) {
      throw refusal(
          response.statusCode(), new String(body.readNBytes(BODY_SHOWN), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new Unanswered(Remedy.RETRY, controller + " answered " + response.statusCode());
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(controller.resolve(path))
        .header("Authorization", "Bearer " + token);
  }

  private <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body)
      throws Unanswered, InterruptedException {
    CompletableFuture<HttpResponse<T>> answer = http.sendAsync(request.build(), body);
    try {
      return answer.get(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new Unanswered(Remedy.RETRY, controller + " can't be reached: " + reason(e));
    } catch (TimeoutException e) {
      throw new Unanswered(
          Remedy.RETRY, controller + " did not answer within " + ANSWER_LIMIT.toSeconds() + " s");
    } finally {
      answer.cancel(true);
    }
  }

  private static String reason(ExecutionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  private Revision revision(HttpResponse<?> response) throws Unanswered {
    String text = response.headers().firstValue(REVISION_HEADER).orElse("");
    try {
      return Revision.parse(text);
    } catch (IllegalArgumentException e) {
      throw new Unanswered(
          Remedy.RETRY, controller + " answered without a revision: " + e.getMessage());
    }
  }

  private Unanswered refusal(int status, String body) {
    String shown = body.substring(0, Math.min(body.length(), BODY_SHOWN)).strip();
    return switch (status) {
      case HttpStatus.UNAUTHORIZED, HttpStatus.FORBIDDEN ->
          new Unanswered(
              Remedy.MEND,
              controller
                  + " refuses our token ("
                  + status
                  + "): give the one the controller was started with");
      case GONE -> new Unanswered(Remedy.LIST, controller + " can't continue from our revision");
      default -> new Unanswered(Remedy.RETRY, controller + " answered " + status + ": " + shown);
    };
  }
}
