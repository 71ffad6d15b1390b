package dev.ballast.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** How far the LB servers are with a revision, and what of it doesn't work where. */
record Rollout(String revision, List<Server> servers) {
  private static final String WAIT = "5s";

  /**
   * One LB server's answer.
   *
   * @param state {@code in-use}, {@code behind}, {@code unreachable} or {@code held}
   * @param report its own, or a missing node when it gave none
   */
  record Server(String name, String fleet, String state, String revision, JsonNode report) {
    boolean isInUse() {
      return state.equals("in-use");
    }

    /** Whether waiting would change nothing. */
    boolean isSettled() {
      return isInUse() || state.equals("held");
    }

    Stream<String> failedListeners() {
      return report
          .path("listeners")
          .valueStream()
          .filter(listener -> listener.path("state").asString().equals("failed"))
          .map(this::failure);
    }

    private String failure(JsonNode listener) {
      String remedy = listener.path("remedy").asString("");
      return name
          + ": listener "
          + listener.path("loadBalancer").asString()
          + "/"
          + listener.path("name").asString()
          + " (port "
          + listener.path("port").asInt()
          + ") failed: "
          + listener.path("reason").asString()
          + (remedy.isEmpty() ? "" : ". " + remedy);
    }

    private Stream<String> shortfall() {
      return switch (state) {
        case "in-use" -> failedListeners();
        case "held" ->
            Stream.of(
                name
                    + " holds on to revision "
                    + number(revision)
                    + ": "
                    + report.path("held").asString("it was given an implausible list")
                    + ". If that is meant: ballast accept "
                    + name);
        case "unreachable" -> Stream.of(name + " can't be reached on its admin port");
        default ->
            Stream.of(
                name
                    + (revision.isEmpty() ? " has no revision yet" : " is at " + number(revision)));
      };
    }
  }

  /** Asks every LB server; waits up to 5 s for those that are behind. */
  static Rollout await(ApiClient client, String revision) {
    return of(client.read(path(revision) + "&wait=" + WAIT));
  }

  /** The controller's answer at this moment. */
  static JsonNode read(ApiClient client, String revision) {
    return client.read(path(revision) + "&wait=0s");
  }

  private static String path(String revision) {
    return "/v1/rollout?revision=" + ApiClient.encoded(revision);
  }

  static Rollout of(JsonNode answer) {
    var servers = new ArrayList<Server>();
    for (JsonNode server : answer.path("servers")) {
      servers.add(
          new Server(
              server.path("name").asString(),
              server.path("fleet").asString(""),
              server.path("state").asString(),
              server.path("revision").asString(""),
              server.path("report")));
    }
    return new Rollout(answer.path("revision").asString(), List.copyOf(servers));
  }

  /** {@code revision 42 in use on 2 of 2 LB servers}. */
  String summary() {
    if (servers.isEmpty()) {
      return "revision " + number(revision) + " committed; no LB server has registered yet";
    }
    long inUse = servers.stream().filter(Server::isInUse).count();
    return "revision "
        + number(revision)
        + " in use on "
        + inUse
        + " of "
        + servers.size()
        + (servers.size() == 1 ? " LB server" : " LB servers");
  }

  /** A line for everything that falls short; empty when nothing does. */
  List<String> shortfalls() {
    return servers.stream().flatMap(Server::shortfall).toList();
  }

  ExitCode exitCode() {
    return shortfalls().isEmpty() ? ExitCode.DONE : ExitCode.NOT_IN_USE;
  }

  /** Prints the summary, and what falls short. */
  ExitCode print(Terminal terminal) {
    ExitCode exitCode = exitCode();
    Colour colour = exitCode == ExitCode.DONE ? Colour.GREEN : Colour.YELLOW;
    terminal.out().println(terminal.paint(colour, summary()));
    shortfalls().forEach(line -> terminal.out().println("  " + line));
    return exitCode;
  }

  /** The N of {@code EPOCH.N}. */
  static String number(String revision) {
    return revision.substring(revision.indexOf('.') + 1);
  }
}
