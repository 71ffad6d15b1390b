package dev.ballast.cli;

import java.io.PrintStream;
import tools.jackson.databind.JsonNode;

/** Sends documents to the controller. */
record ApplyRequest(
    DocumentInput input, boolean isDryRun, boolean isPrune, boolean isMassRemovalAllowed) {
  private static final int STILL_REFERENCED_OR_TOO_MUCH = 409;

  /**
   * Sends them and answers what the controller says.
   *
   * @throws CommandFailed when it refuses, with every problem at its place in the files
   */
  JsonNode send(ApiClient client) {
    String path =
        "/v1/apply?dryRun=%s&prune=%s&allowMassRemoval=%s"
            .formatted(isDryRun, isPrune, isMassRemovalAllowed);
    try {
      return client.post(path, input.contentType(), input.bytes());
    } catch (ApiProblem problem) {
      throw new CommandFailed(explained(problem));
    }
  }

  private String explained(ApiProblem problem) {
    if (problem.problems().isEmpty()) {
      return problem.status() == STILL_REFERENCED_OR_TOO_MUCH
          ? Failures.text(problem) + "\nNothing was applied."
          : Failures.text(problem);
    }
    var text = new StringBuilder();
    problem.problems().forEach(one -> text.append(input.locate(one)).append('\n'));
    return text.append("Nothing was applied.").toString();
  }

  static void printWarnings(PrintStream err, JsonNode answer) {
    answer.path("warnings").forEach(warning -> err.println("warning: " + warning.asString()));
  }
}
