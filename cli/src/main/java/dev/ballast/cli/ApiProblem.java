package dev.ballast.cli;

import dev.ballast.model.Problem;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The controller refuses a request and says why (RFC 9457, problem details). */
final class ApiProblem extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int NOT_FOUND = 404;

  private final int status;
  private final transient List<Problem> problems;

  private ApiProblem(int status, String message, List<Problem> problems) {
    super(message);
    this.status = status;
    this.problems = problems;
  }

  static ApiProblem of(int status, JsonNode body) {
    String title = body.path("title").asString("HTTP " + status);
    String detail = body.path("detail").asString("");
    return new ApiProblem(
        status,
        detail.isEmpty() ? title : detail,
        body.path("problems").valueStream().map(ApiProblem::problem).toList());
  }

  private static Problem problem(JsonNode node) {
    return new Problem(
        node.path("document").asInt(0),
        node.path("line").asInt(0),
        node.path("path").asString(""),
        node.path("message").asString(""));
  }

  boolean isNotFound() {
    return status == NOT_FOUND;
  }

  int status() {
    return status;
  }

  /** Where in the documents; may be empty. */
  List<Problem> problems() {
    return problems;
  }
}
