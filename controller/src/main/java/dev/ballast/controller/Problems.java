package dev.ballast.controller;

import dev.ballast.configdb.DatabaseUnavailable;
import dev.ballast.configdb.NotFound;
import dev.ballast.configdb.OutcomeUnknown;
import dev.ballast.configdb.PreconditionFailed;
import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.LeaseLost;
import dev.ballast.model.InvalidInput;
import dev.ballast.model.Refused;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What went wrong, as an answer: {@code application/problem+json}. */
final class Problems {
  private static final Logger log = LoggerFactory.getLogger(Problems.class);
  private static final String TYPE = "application/problem+json";

  private Problems() {}

  /** Answers for Jetty what it refuses by itself: requests that are not HTTP, or beyond its limits. */
  static boolean answer(Request request, Response response, Callback callback) {
    int status = Math.max(response.getStatus(), HttpStatus.BAD_REQUEST_400);
    Answer answer = answer(HttpProblem.of(status, "bad-request", HttpStatus.getMessage(status)));
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
    response.write(true, answer.body().buffer(), callback);
    return true;
  }

  static Answer answer(Exception failure) {
    return answer(
        switch (failure) {
          case HttpProblem problem -> problem;
          case InvalidInput invalid -> of(invalid);
          case Refused refused ->
              HttpProblem.conflict(code(refused.reason()), text(refused), refused.named());
          case NotFound notFound -> HttpProblem.notFound(text(notFound));
          case PreconditionFailed stale -> HttpProblem.of(412, "stale-revision", text(stale));
          case DatabaseUnavailable unavailable ->
              HttpProblem.unavailable("database-unavailable", text(unavailable));
          case OutcomeUnknown unknown -> HttpProblem.unavailable("outcome-unknown", text(unknown));
          case EngineUnavailable unavailable ->
              HttpProblem.unavailable("outcome-unknown", text(unavailable));
          case LeaseLost lost -> HttpProblem.of(410, "lease-lost", text(lost));
          case InterruptedException _ ->
              HttpProblem.unavailable("stopping", "this controller is stopping");
          default -> unexpected(failure);
        });
  }

  private static HttpProblem of(InvalidInput invalid) {
    return switch (invalid.reason()) {
      case UNREADABLE -> HttpProblem.invalid(400, "unreadable", invalid.problems());
      case INVALID -> HttpProblem.invalid(422, "invalid", invalid.problems());
      case TOO_LARGE -> HttpProblem.invalid(413, "too-large", invalid.problems());
    };
  }

  private static String code(Refused.Reason reason) {
    return switch (reason) {
      case STILL_REFERENCED -> "still-referenced";
      case MASS_REMOVAL -> "mass-removal";
      case PROTECTED -> "protected";
    };
  }

  private static HttpProblem unexpected(Exception failure) {
    log.error("a request failed for an unexpected reason", failure);
    return HttpProblem.of(500, "unexpected", "an unexpected failure; the controller's log has it");
  }

  private static String text(RuntimeException failure) {
    return String.valueOf(failure.getMessage());
  }

  private static Answer answer(HttpProblem problem) {
    return answer(problem, Json.object());
  }

  /** The problem, with what else is known about it under names of its own. */
  static Answer answer(HttpProblem problem, ObjectNode more) {
    ObjectNode json = Json.object();
    json.put("type", "urn:ballast:problem:" + problem.code());
    json.put("title", HttpStatus.getMessage(problem.status()));
    json.put("status", problem.status());
    json.put("detail", problem.detail());
    if (problem.code().equals("outcome-unknown")) {
      json.put("outcome", "unknown");
    }
    if (!problem.problems().isEmpty()) {
      ArrayNode list = json.putArray("problems");
      for (var one : problem.problems()) {
        list.addObject()
            .put("document", one.document())
            .put("line", one.line())
            .put("path", one.path())
            .put("message", one.message());
      }
    }
    if (!problem.referrers().isEmpty()) {
      ArrayNode list = json.putArray("referrers");
      problem.referrers().forEach(key -> Json.put(list.addObject(), key));
    }
    json.setAll(more);
    Answer answer = new Answer(problem.status(), TYPE, List.of(), Payload.of(json.toString()));
    return switch (problem.status()) {
      case 401 -> answer.with("WWW-Authenticate", "Bearer");
      case 408, 413 -> answer.with("Connection", "close");
      case 503 -> answer.with("Retry-After", "1");
      default -> answer;
    };
  }
}
