package dev.ballast.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Who observes backends and LB servers, as the controller knows it from its lock engine. */
record Orchestrators(JsonNode answer) {
  private static final String PROBLEM = "problem";
  private static final int NAMED = 5;

  /** The controller's answer, or why it gives none: what else is known of the system is shown all the same. */
  static JsonNode read(ApiClient client) {
    try {
      return client.read("/v1/orchestrators");
    } catch (ApiProblem problem) {
      return JsonNodeFactory.instance.objectNode().put(PROBLEM, Failures.text(problem));
    }
  }

  /** {@code 2 run: o-1 with 128 of 256 shares, o-2 with 128}. */
  Table.Cell summary() {
    if (answer.has(PROBLEM)) {
      return new Table.Cell("not known", Colour.YELLOW);
    }
    JsonNode members = answer.path("members");
    if (members.isEmpty()) {
      return new Table.Cell("none runs", Colour.YELLOW);
    }
    String more = members.size() > NAMED ? ", …" : "";
    return new Table.Cell(
        members.size()
            + (members.size() == 1 ? " runs: " : " run: ")
            + members
                .valueStream()
                .limit(NAMED)
                .map(Orchestrators::shown)
                .collect(Collectors.joining(", "))
            + more
            + " of "
            + answer.path("partitions").asInt()
            + " shares",
        ownerless() == 0 && doubts().isEmpty() ? Colour.GREEN : Colour.YELLOW);
  }

  private static String shown(JsonNode member) {
    return member.path("name").asString()
        + " with "
        + member.path("partitions").asInt()
        + (member.path("leaving").asBoolean(false) ? " (leaving)" : "")
        + (doubt(member).isEmpty() ? "" : " (in doubt)");
  }

  private static String doubt(JsonNode member) {
    return member.path("doubt").asString("");
  }

  private int ownerless() {
    return answer.path("partitions").asInt() - answer.path("owned").asInt();
  }

  /** What needs attention. */
  List<String> shortfalls() {
    if (answer.has(PROBLEM)) {
      return List.of("orchestrators: " + answer.path(PROBLEM).asString());
    }
    if (answer.path("members").isEmpty()) {
      return List.of("no orchestrator runs: verdicts stay as they are");
    }
    var shortfalls = new ArrayList<>(doubts());
    if (ownerless() > 0) {
      shortfalls.add(
          ownerless()
              + " of "
              + answer.path("partitions").asInt()
              + " shares have no orchestrator now: their verdicts stay as they are");
    }
    return shortfalls;
  }

  private List<String> doubts() {
    return answer
        .path("members")
        .valueStream()
        .filter(member -> !doubt(member).isEmpty())
        .map(
            member ->
                "orchestrator "
                    + member.path("name").asString()
                    + " doubts itself, as "
                    + doubt(member)
                    + ": silence convicts nobody there for now")
        .toList();
  }
}
