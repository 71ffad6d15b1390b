package dev.ballast.controller;

import dev.ballast.model.ItemKey;
import dev.ballast.model.Problem;
import java.util.List;

/** A request that is answered with problem details (RFC 9457). */
final class HttpProblem extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String code;
  private final transient List<Problem> problems;
  private final transient List<ItemKey> referrers;

  private HttpProblem(
      int status, String code, String detail, List<Problem> problems, List<ItemKey> referrers) {
    super(detail, null, false, false);
    this.status = status;
    this.code = code;
    this.problems = List.copyOf(problems);
    this.referrers = List.copyOf(referrers);
  }

  /** @param code the last part of the problem's type, for programs: {@code stale-revision} */
  static HttpProblem of(int status, String code, String detail) {
    return new HttpProblem(status, code, detail, List.of(), List.of());
  }

  static HttpProblem unavailable(String code, String detail) {
    return of(503, code, detail);
  }

  static HttpProblem notFound(String detail) {
    return of(404, "not-found", detail);
  }

  static HttpProblem invalid(int status, String code, List<Problem> problems) {
    String detail = problems.isEmpty() ? code : problems.getFirst().toString();
    return new HttpProblem(status, code, detail, problems, List.of());
  }

  static HttpProblem conflict(String code, String detail, List<ItemKey> named) {
    return new HttpProblem(409, code, detail, List.of(), named);
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  String detail() {
    return String.valueOf(getMessage());
  }

  List<Problem> problems() {
    return problems;
  }

  /** The resources that the refusal is about: who refers, or what would go. */
  List<ItemKey> referrers() {
    return referrers;
  }
}
